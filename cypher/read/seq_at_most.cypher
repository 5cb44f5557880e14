// purpose: The last committed seq up to a given one.
// parameters: seq integer
// returns: seq
MATCH (b:Batch)
WHERE b.seq <= $seq AND b.state = 'committed'
RETURN max(b.seq) AS seq

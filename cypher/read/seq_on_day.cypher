// purpose: The last seq committed on or before the end of a day.
// parameters: day date
// returns: seq
MATCH (b:Batch)
WHERE b.committed_on <= $day AND b.state = 'committed'
RETURN max(b.seq) AS seq

// purpose: The committed batches up to $seq, packed: together they name the history that a cache was made from.
// parameters: seq integer
// returns: rows
MATCH (b:Batch)
WHERE b.seq <= $seq AND b.state = 'committed'
RETURN collect([b.seq, b.bid, b.committed_on, b.scope, b.read, b.new, b.changed, b.closed]) AS rows

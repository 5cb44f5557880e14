// purpose: One batch by seq.
// parameters: seq integer
// returns: batch
MATCH (b:Batch {seq: $seq})
RETURN properties(b) AS batch

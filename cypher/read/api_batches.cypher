// purpose: The batches that records came in, by seq.
// parameters: seqs list
// returns: seq, path, source, committed_on
UNWIND $seqs AS wanted
MATCH (b:Batch {seq: wanted})
RETURN b.seq AS seq, b.path AS path, b.source AS source, b.committed_on AS committed_on

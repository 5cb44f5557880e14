// purpose: Batches by seq.
// parameters: seqs list
// returns: batch
UNWIND $seqs AS wanted
MATCH (b:Batch {seq: wanted})
RETURN properties(b) AS batch

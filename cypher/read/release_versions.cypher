// purpose: The loader definitions by which these batches were read.
// parameters: seqs list
// returns: source, version
MATCH (b:Batch)
WHERE b.seq IN $seqs AND b.state = 'committed'
RETURN DISTINCT b.source AS source, coalesce(b.definition_version, '') AS version

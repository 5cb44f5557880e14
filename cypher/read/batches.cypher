// purpose: Batches by seq, newest first, optionally of one source.
// parameters: source string, limit integer
// returns: batch
MATCH (b:Batch)
WHERE $source IS NULL OR b.source = $source
RETURN properties(b) AS batch
ORDER BY b.seq DESC
LIMIT $limit

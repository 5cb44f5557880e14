// purpose: A page of committed batches, the latest first, of one source or ($source null) all.
// parameters: source string, before integer, limit integer
// returns: batch
MATCH (b:Batch)
WHERE b.seq < $before AND b.state = 'committed' AND ($source IS NULL OR b.source = $source)
RETURN properties(b) AS batch
ORDER BY b.seq DESC
LIMIT $limit

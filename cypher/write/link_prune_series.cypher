// purpose: Remove up to $limit case series of other runs.
// parameters: run string, limit integer
// returns: removed
MATCH (s:Series)
WHERE s.run <> $run
WITH s LIMIT $limit
DETACH DELETE s
RETURN count(*) AS removed

// purpose: Remove up to $limit statements of a batch that was never committed.
// parameters: seq integer, limit integer
// returns: removed
MATCH (r:Record)
WHERE r.known_from = $seq
WITH r LIMIT $limit
DETACH DELETE r
RETURN count(*) AS removed

// purpose: Open again up to $limit statements that a batch which was never committed had closed.
// parameters: seq integer, open integer, limit integer
// returns: reopened
MATCH (r:Record)
WHERE r.known_to = $seq
WITH r LIMIT $limit
SET r.known_to = $open
RETURN count(*) AS reopened

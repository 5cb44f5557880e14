// purpose: The migrations that were applied to this graph.
// parameters: none
// returns: number, name, sha256
MATCH (m:Migration)
RETURN m.number AS number, m.name AS name, m.sha256 AS sha256
ORDER BY number

// purpose: The stored release of that id.
// parameters: rid string
// returns: run
MATCH (r:Run {rid: $rid})
RETURN properties(r) AS run

// purpose: What a request pins at its start: the last committed seq, for what the cache is right, the current runs.
// parameters: none
// returns: name, state, run
MATCH (s:State)
OPTIONAL MATCH (r:Run {rid: s.run})
RETURN s.name AS name, properties(s) AS state, properties(r) AS run

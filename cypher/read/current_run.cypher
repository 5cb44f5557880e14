// purpose: The current run of a kind of result.
// parameters: name string
// returns: run
MATCH (s:State {name: $name})
MATCH (r:Run {rid: s.run})
RETURN properties(r) AS run

// purpose: One run by its id.
// parameters: run string
// returns: run
MATCH (r:Run {rid: $run})
RETURN properties(r) AS run

// purpose: What people decided of credit-risk classes, as known at a seq; with `all` also what was undone since.
// parameters: seq integer, all boolean
// returns: record
MATCH (d:LevelDecision)
WHERE d.known_from <= $seq AND ($all OR d.known_to > $seq)
RETURN properties(d) AS record
ORDER BY d.known_from, d.sid

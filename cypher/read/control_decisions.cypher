// purpose: What people decided of control, a statement for each party, as known at a seq; with `all` also what was undone
//   since.
// parameters: seq integer, all boolean
// returns: record
MATCH (d:ControlDecision)
WHERE d.known_from <= $seq AND ($all OR d.known_to > $seq)
RETURN properties(d) AS record
ORDER BY d.known_from, d.key, d.sid

// purpose: Texts that people let leave although something was found in them, as known at a seq; with `all` also what was undone.
// parameters: seq integer, all boolean
// returns: record
MATCH (d:TextDecision)
WHERE d.known_from <= $seq AND ($all OR d.known_to > $seq)
RETURN properties(d) AS record
ORDER BY d.known_from, d.sid

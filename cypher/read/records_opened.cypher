// purpose: Statements that a batch opened.
// parameters: seq integer
// returns: record
MATCH (r:Record)
WHERE r.known_from = $seq
RETURN properties(r) AS record

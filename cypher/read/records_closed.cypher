// purpose: Statements that a batch closed in known.
// parameters: seq integer
// returns: record
MATCH (r:Record)
WHERE r.known_to = $seq
RETURN properties(r) AS record

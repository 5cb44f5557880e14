// purpose: Statements of a list's record kind that are known at a seq and have begun by a day.
// parameters: seq integer, valid date
// returns: record
// labels: KIND
MATCH (r:__KIND__)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $valid
RETURN properties(r) AS record

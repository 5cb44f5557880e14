// purpose: Holds that are known at a seq on records of these sources.
// parameters: seq integer, sources list
// returns: record
MATCH (r:Hold)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.held_source IN $sources
RETURN properties(r) AS record

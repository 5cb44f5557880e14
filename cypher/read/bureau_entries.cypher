// purpose: The bureau's own entries of one kind that are known at a seq.
// parameters: seq integer
// returns: eid, record
// labels: KIND
MATCH (r:__KIND__)
WHERE r.source = 'bureau' AND r.known_from <= $seq AND r.known_to > $seq
RETURN r.eid AS eid, properties(r) AS record

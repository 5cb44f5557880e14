// purpose: Enterprises whose statements a batch opened or closed.
// parameters: seq integer
// returns: eid
MATCH (r:Record)
WHERE r.known_from = $seq AND r.eid IS NOT NULL
RETURN DISTINCT r.eid AS eid
UNION
MATCH (r:Record)
WHERE r.known_to = $seq AND r.eid IS NOT NULL
RETURN DISTINCT r.eid AS eid

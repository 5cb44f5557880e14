// purpose: Enterprises with statements opened or closed after one seq, up to another.
// parameters: since integer, seq integer
// returns: eid
MATCH (r:Record)
WHERE r.known_from > $since AND r.known_from <= $seq AND r.eid IS NOT NULL
RETURN DISTINCT r.eid AS eid
UNION
MATCH (r:Record)
WHERE r.known_to > $since AND r.known_to <= $seq AND r.eid IS NOT NULL
RETURN DISTINCT r.eid AS eid

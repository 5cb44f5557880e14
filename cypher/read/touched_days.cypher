// purpose: Enterprises with known-open statements whose validity began or ended after one day, up to another.
// parameters: since date, day date, open integer
// returns: eid
MATCH (r:Record)
WHERE r.valid_from > $since AND r.valid_from <= $day AND r.known_to = $open AND r.eid IS NOT NULL
RETURN DISTINCT r.eid AS eid
UNION
MATCH (r:Record)
WHERE r.valid_to > $since AND r.valid_to <= $day AND r.known_to = $open AND r.eid IS NOT NULL
RETURN DISTINCT r.eid AS eid

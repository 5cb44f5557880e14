// purpose: Enterprises with statements of a kind opened or closed after one seq, up to another.
// parameters: since integer, seq integer
// returns: eid
// labels: KIND
MATCH (r:__KIND__)
WHERE r.eid IS NOT NULL
  AND ((r.known_from > $since AND r.known_from <= $seq) OR (r.known_to > $since AND r.known_to <= $seq))
RETURN DISTINCT r.eid AS eid

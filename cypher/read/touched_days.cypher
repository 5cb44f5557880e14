// purpose: Enterprises with known-open statements of a kind whose validity began or ended after one day, up to another.
// parameters: since date, day date, open integer
// returns: eid
// labels: KIND
MATCH (r:__KIND__)
WHERE r.eid IS NOT NULL AND r.known_to = $open
  AND ((r.valid_from > $since AND r.valid_from <= $day) OR (r.valid_to > $since AND r.valid_to <= $day))
RETURN DISTINCT r.eid AS eid

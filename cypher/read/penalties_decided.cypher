// purpose: Penalties known at a seq that were decided on the days from first to last.
// parameters: seq integer, first date, last date
// returns: record
MATCH (r:Case)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.decided_on >= $first AND r.decided_on <= $last
RETURN properties(r) AS record
ORDER BY r.decided_on, r.source, r.key, r.n

// purpose: Enterprises that were never viewed; and those of which no naming record spoke when they were, if any of their
//   records was opened or closed after one seq, up to another, or began or ended to hold after one day, up to another.
// parameters: since integer, seq integer, after date, day date
// returns: eid
MATCH (e:Enterprise)
WHERE e.cache_seq IS NULL OR e.provisional = true
MATCH (e)-[s:SUBJECT_OF]->()
WHERE e.cache_seq IS NULL OR s.known_from > $since OR (s.known_to > $since AND s.known_to <= $seq)
  OR (s.valid_from > $after AND s.valid_from <= $day) OR (s.valid_to > $after AND s.valid_to <= $day)
RETURN DISTINCT e.eid AS eid

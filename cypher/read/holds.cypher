// purpose: Holds that are known at a seq, optionally of one source of records; with `all` also those lifted since.
// parameters: seq integer, source string, all boolean
// returns: record
MATCH (h:Hold)
WHERE h.known_from <= $seq AND ($all OR h.known_to > $seq) AND ($source IS NULL OR h.held_source = $source)
RETURN properties(h) AS record
ORDER BY h.held_source, h.held_key, h.source, h.n

// purpose: Keys of a source whose statement stands before batch $seq, with its ordinal, scope and end, paged by key.
// parameters: source string, seq integer, open_day date, after string, limit integer
// returns: key, n, scope, valid_to
MATCH (r:Record {source: $source})
WHERE r.key >= $after AND r.known_from < $seq AND r.known_to >= $seq
  AND (r.valid_to = $open_day OR r.valid_to_inferred = false)
RETURN r.key AS key, r.n AS n, r.scope AS scope, r.valid_to AS valid_to
ORDER BY r.key
LIMIT $limit

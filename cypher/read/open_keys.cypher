// purpose: Keys of a source whose statement stands before batch $seq, with its scope, paged by key.
// parameters: source string, seq integer, open_day date, after string, limit integer
// returns: key, scope, valid_to, inferred
MATCH (r:Record {source: $source})
WHERE r.key > $after AND r.known_from < $seq AND r.known_to >= $seq
  AND (r.valid_to = $open_day OR r.valid_to_inferred = false)
RETURN r.key AS key, r.scope AS scope, r.valid_to AS valid_to, r.valid_to_inferred AS inferred
ORDER BY r.key
LIMIT $limit

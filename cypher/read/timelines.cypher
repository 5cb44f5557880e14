// purpose: The statements of these keys that were open before batch $seq, in full.
// parameters: source string, keys list, seq integer
// returns: record
UNWIND $keys AS wanted
MATCH (r:Record {source: $source, key: wanted})
WHERE r.known_from < $seq AND r.known_to >= $seq
RETURN properties(r) AS record

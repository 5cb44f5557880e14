// purpose: Of each of these keys the statements that were open before batch $seq, in full, and the last ordinal that was
//   given before it.
// parameters: source string, keys list, seq integer
// returns: key, n, records
UNWIND $keys AS wanted
MATCH (r:Record {source: $source, key: wanted})
WHERE r.known_from < $seq
RETURN wanted AS key, max(r.n) AS n, collect(CASE WHEN r.known_to >= $seq THEN properties(r) END) AS records

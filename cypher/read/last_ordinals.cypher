// purpose: The last ordinal that each of these keys was given before batch $seq.
// parameters: source string, keys list, seq integer
// returns: key, n
UNWIND $keys AS wanted
MATCH (r:Record {source: $source, key: wanted})
WHERE r.known_from < $seq
RETURN wanted AS key, max(r.n) AS n

// purpose: What the graph holds of these keys before batch $seq, in short form, one packed row per key.
// parameters: source string, keys list, seq integer
// returns: key, ns, hashes, known_tos, valid_tos, inferred
UNWIND $keys AS wanted
MATCH (r:Record {source: $source, key: wanted})
WHERE r.known_from < $seq
RETURN wanted AS key, collect(r.n) AS ns, collect(r.content_hash) AS hashes, collect(r.known_to) AS known_tos,
       collect(r.valid_to) AS valid_tos, collect(r.valid_to_inferred) AS inferred

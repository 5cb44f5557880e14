// purpose: Every hold, in force or not, on these keys of a source.
// parameters: source string, keys list
// returns: record
MATCH (h:Hold)
WHERE h.held_source = $source AND h.held_key IN $keys
RETURN properties(h) AS record

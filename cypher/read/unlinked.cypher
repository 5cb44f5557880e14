// purpose: Known-open records whose subject could not be resolved.
// parameters:
// returns: record
MATCH (r:Record)
WHERE r.subject_ref >= '' AND r.known_to = 9223372036854775807
RETURN properties(r) AS record
ORDER BY r.sid

// purpose: Known-open records whose subject, named in one of these ways, could not be resolved.
// parameters: references list
// returns: record
UNWIND $references AS wanted
MATCH (r:Record {subject_ref: wanted})
WHERE r.known_to = 9223372036854775807
RETURN properties(r) AS record

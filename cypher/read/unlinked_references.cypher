// purpose: How the unlinked records name their subjects, and by what name.
// parameters:
// returns: reference, name
MATCH (r:Record)
WHERE r.subject_ref >= '' AND r.known_to = 9223372036854775807
RETURN DISTINCT r.subject_ref AS reference, r.name AS name

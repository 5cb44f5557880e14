// purpose: How many known-open records of batches from $first on have a subject that was looked for and not found.
//   A natural person without a document is not looked for; a hold goes with its record.
// parameters: first integer
// returns: source, count
MATCH (r:Record)
WHERE r.subject_ref >= '' AND r.known_to = 9223372036854775807 AND r.known_from >= $first
  AND NOT r.subject_ref STARTS WITH 'natural:' AND r.kind <> 'Hold'
RETURN r.source AS source, count(*) AS count
ORDER BY source

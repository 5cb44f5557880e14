// purpose: All that any source ever said of an enterprise, with both times: known (batches) and valid (days).
// parameters: code string
// returns: kind, source, known_from, known_to, valid_from, valid_to, sid
MATCH (e:Enterprise {eid: $code})-[:SUBJECT_OF]->(r:Record)
RETURN r.kind AS kind, r.source AS source, r.known_from AS known_from, r.known_to AS known_to,
       r.valid_from AS valid_from, r.valid_to AS valid_to, r.sid AS sid
ORDER BY kind, valid_from, known_from, sid

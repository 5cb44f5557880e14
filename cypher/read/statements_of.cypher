// purpose: All statements about an enterprise, by kind and beginning of validity.
// parameters: eid string
// returns: record
MATCH (e:Enterprise {eid: $eid})-[:SUBJECT_OF]->(r:Record)
RETURN properties(r) AS record
ORDER BY r.kind, r.valid_from, r.n

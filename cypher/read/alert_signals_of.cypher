// purpose: The signals of these enterprises as known at a seq, those that ended too.
// parameters: eids list, seq integer
// returns: record
UNWIND $eids AS eid
MATCH (e:Enterprise {eid: eid})
MATCH (e)-[:SUBJECT_OF]->(s:AlertSignal)
WHERE s.known_from <= $seq AND s.known_to > $seq
RETURN properties(s) AS record
ORDER BY s.eid, s.round, s.valid_from, s.key

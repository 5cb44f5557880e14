// purpose: The records of these enterprises that are known at a seq, one row per enterprise.
// parameters: eids list, seq integer
// returns: eid, records
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})-[:SUBJECT_OF]->(r:Record)
WHERE r.known_from <= $seq AND r.known_to > $seq
RETURN wanted AS eid, collect(properties(r)) AS records

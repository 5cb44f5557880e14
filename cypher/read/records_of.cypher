// purpose: The records of these enterprises that are known at a seq, of some kinds (null: all), one row per enterprise.
// parameters: eids list, kinds list, seq integer
// returns: eid, records
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})-[:SUBJECT_OF]->(r:Record)
WHERE r.known_from <= $seq AND r.known_to > $seq AND ($kinds IS NULL OR r.kind IN $kinds)
RETURN wanted AS eid, collect(properties(r)) AS records

// purpose: What is known at a seq of these enterprises in records of one kind, whatever day it holds for.
// parameters: eids list, seq integer
// returns: eid, record
// labels: KIND
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})-[:SUBJECT_OF]->(r:__KIND__)
WHERE r.known_from <= $seq AND r.known_to > $seq
RETURN wanted AS eid, properties(r) AS record

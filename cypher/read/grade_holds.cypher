// purpose: Holds known at $seq on statements of these enterprises.
// parameters: eids list, seq integer
// returns: hold
UNWIND $eids AS eid
MATCH (e:Enterprise {eid: eid})
MATCH (e)-[:SUBJECT_OF]->(h:Hold)
WHERE h.known_from <= $seq AND h.known_to > $seq
RETURN properties(h) AS hold

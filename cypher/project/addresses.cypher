// purpose: Where the enterprises of a page of ids are located; visible statements only, packed.
// parameters: low string, high string, seq integer, valid date
// returns: rows
MATCH (e:Enterprise)
WHERE e.eid >= $low AND e.eid < $high
MATCH (e)-[l:LOCATED_AT]->(x:Address)
WHERE l.known_from <= $seq AND l.known_to > $seq AND l.valid_from <= $valid AND l.valid_to > $valid
RETURN collect([e.eid, l.sid, x.aid, x.text]) AS rows

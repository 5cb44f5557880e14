// purpose: Persons who hold offices in at least $least enterprises at a point. A person without an ID number is one
//   node per enterprise and name, so only those with a key can be found here.
// parameters: least integer, seq integer, valid date
// returns: person, enterprises, eids
MATCH (p:Person)-[o:HOLDS_OFFICE]->(e:Enterprise)
WHERE o.known_from <= $seq AND o.known_to > $seq AND o.valid_from <= $valid AND o.valid_to > $valid
WITH p, count(DISTINCT e) AS enterprises, collect(DISTINCT e.eid) AS eids
WHERE enterprises >= $least
RETURN p.name AS person, enterprises, eids
ORDER BY enterprises DESC, p.pid

// purpose: Enterprises at the address of one that stands on the list of serious violations in the data at a point.
//   The data is not the law: who may be published is decided by a release, not here.
// parameters: seq integer, valid date
// returns: listed, address, eid
MATCH (r:SeriousListing)<-[:SUBJECT_OF]-(e:Enterprise)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $valid AND r.valid_to > $valid
MATCH (e)-[l:LOCATED_AT]->(a:Address)
WHERE l.known_from <= $seq AND l.known_to > $seq AND l.valid_from <= $valid AND l.valid_to > $valid
MATCH (a)<-[m:LOCATED_AT]-(o:Enterprise)
WHERE m.known_from <= $seq AND m.known_to > $seq AND m.valid_from <= $valid AND m.valid_to > $valid
  AND o.eid <> e.eid
RETURN DISTINCT e.eid AS listed, a.text AS address, o.eid AS eid
ORDER BY listed, eid

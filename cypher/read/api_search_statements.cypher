// purpose: Enterprises that a statement known at a seq names with a text in it: search at another point than the cache's.
// parameters: part string, kinds list, seq integer, valid date, limit integer
// returns: eid
MATCH (r:Record)
WHERE toUpper(r.name) CONTAINS $part AND r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $valid
  AND r.eid IS NOT NULL AND r.kind <> 'Hold'
MATCH (r)<-[:SUBJECT_OF]-(e:Enterprise)
WHERE r.kind IN $kinds OR NOT EXISTS {
  MATCH (e)-[:SUBJECT_OF]->(x:Record)
  WHERE x.kind IN $kinds AND x.known_from <= $seq AND x.known_to > $seq
}
RETURN DISTINCT e.eid AS eid
LIMIT $limit

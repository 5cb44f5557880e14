// purpose: Penalties decided before the founding, of a page of enterprises: earlier than every founding day that
//   is registered at the point.
// parameters: low string, high string, seq integer, valid date
// returns: sid, eid, source, shown
MATCH (e:Enterprise)
WHERE e.eid >= $low AND e.eid < $high
MATCH (e)-[:SUBJECT_OF]->(r:Case)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $valid
MATCH (e)-[:SUBJECT_OF]->(g:Registration)
WHERE g.known_from <= $seq AND g.known_to > $seq AND g.valid_from <= $valid AND g.valid_to > $valid
WITH e, r, min(g.founded_on) AS founded_on
WHERE r.decided_on < founded_on
RETURN r.sid AS sid, e.eid AS eid, r.source AS source, {decided_on: r.decided_on, founded_on: founded_on} AS shown

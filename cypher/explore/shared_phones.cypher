// purpose: Enterprises that share a phone with a given one at a point.
// parameters: code string, seq integer, valid date
// returns: phone, eid, name
MATCH (e:Enterprise {eid: $code})-[l:USES_PHONE]->(p:Phone)
WHERE l.known_from <= $seq AND l.known_to > $seq AND l.valid_from <= $valid AND l.valid_to > $valid
MATCH (p)<-[m:USES_PHONE]-(o:Enterprise)
WHERE m.known_from <= $seq AND m.known_to > $seq AND m.valid_from <= $valid AND m.valid_to > $valid
  AND o.eid <> e.eid
RETURN DISTINCT p.number AS phone, o.eid AS eid, o.name AS name
ORDER BY phone, eid

// purpose: Who holds an enterprise and what else each of them holds, as contributions say at a point (amounts in fen).
// parameters: code string, seq integer, valid date
// returns: holder, subscribed, also_holds
MATCH (e:Enterprise {eid: $code})<-[c:CONTRIBUTES]-(h)
WHERE c.known_from <= $seq AND c.known_to > $seq AND c.valid_from <= $valid AND c.valid_to > $valid
OPTIONAL MATCH (h)-[d:CONTRIBUTES]->(o:Enterprise)
WHERE d.known_from <= $seq AND d.known_to > $seq AND d.valid_from <= $valid AND d.valid_to > $valid
  AND o.eid <> e.eid
RETURN h.name AS holder, c.subscribed AS subscribed, collect(DISTINCT o.eid) AS also_holds
ORDER BY subscribed DESC, holder

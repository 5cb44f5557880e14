// purpose: What statements connect their enterprise with: persons, addresses, phones, other enterprises.
// parameters: rows list
// returns: pid, aid, number, eid
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})-[x]-(n)
WHERE x.sid = row.sid AND NOT n:Record
RETURN DISTINCT n.pid AS pid, n.aid AS aid, n.number AS number, n.eid AS eid

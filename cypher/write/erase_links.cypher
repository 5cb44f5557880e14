// purpose: Remove the relationships that erased statements made.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})-[x]-()
WHERE x.sid = row.sid
WITH DISTINCT x
DELETE x

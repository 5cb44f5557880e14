// purpose: Remove derived joins of these persons that rest on erased statements.
// parameters: rows list, sids list
// returns:
UNWIND $rows AS row
MATCH (p:Person {pid: row.key})-[x:SAME_AS]-()
WHERE any(sid IN x.sids WHERE sid IN $sids)
WITH DISTINCT x
DELETE x

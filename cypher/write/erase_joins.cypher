// purpose: Remove derived relationships of these persons (joins, control, heads of groups, case series) that rest on
//   erased statements.
// parameters: rows list, sids list
// returns:
UNWIND $rows AS row
MATCH (p:Person {pid: row.key})-[x:SAME_AS|CONTROLS|MEMBER_OF|IN_SERIES]-()
WHERE any(sid IN x.sids WHERE sid IN $sids)
WITH DISTINCT x
DELETE x

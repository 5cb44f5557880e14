// purpose: Remove derived relationships of these enterprises that rest on erased statements.
// parameters: rows list, sids list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})-[x:HOLDS|CONTROLS|BRANCH_OF|MEMBER_OF|REBORN_AS|IN_SERIES]-()
WHERE any(sid IN x.sids WHERE sid IN $sids)
WITH DISTINCT x
DELETE x

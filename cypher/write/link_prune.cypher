// purpose: Remove up to $limit derived relationships of other runs at a page of enterprises.
// parameters: low string, high string, run string, limit integer
// returns: removed
MATCH (e:Enterprise)
WHERE e.eid >= $low AND e.eid < $high
MATCH (e)-[x:HOLDS|CONTROLS|BRANCH_OF|MEMBER_OF|REBORN_AS]-()
WHERE x.run <> $run
WITH DISTINCT x LIMIT $limit
DELETE x
RETURN count(*) AS removed

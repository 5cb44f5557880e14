// purpose: Remove up to $limit memberships of persons (heads of groups) of other runs.
// parameters: run string, limit integer
// returns: removed
MATCH (n:Person)-[x:MEMBER_OF]->(:Group)
WHERE x.run <> $run
WITH x LIMIT $limit
DELETE x
RETURN count(*) AS removed

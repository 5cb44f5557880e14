// purpose: Remove up to $limit joins of persons of other runs.
// parameters: run string, limit integer
// returns: removed
MATCH (n:Person)-[x:SAME_AS]->(:Person)
WHERE x.run <> $run
WITH x LIMIT $limit
DELETE x
RETURN count(*) AS removed

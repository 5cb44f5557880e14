// purpose: Remove hub nodes that nothing is connected to any more (after an undo).
// parameters: limit integer
// returns: removed
// labels: KIND
MATCH (n:__KIND__)
WHERE NOT EXISTS { (n)--() }
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*) AS removed

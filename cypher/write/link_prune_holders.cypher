// purpose: Remove up to $limit nodes that a link run made for holders and that nothing is connected to any more.
// parameters: limit integer
// returns: removed
// labels: KIND
MATCH (n:__KIND__ {made_by_link: true})
WHERE NOT EXISTS { (n)--() }
WITH n LIMIT $limit
DELETE n
RETURN count(*) AS removed

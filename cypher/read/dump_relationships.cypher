// purpose: The relationships that start at the nodes of one page, whole. Nodes are named by label and key: no engine's
//   own ids last. `keys` gives the key property of each label.
// parameters: after string, last string, keys map
// returns: start, type, ends, properties
// labels: LABEL, KEY
MATCH (a:__LABEL__)
WHERE a.__KEY__ > $after AND a.__KEY__ <= $last
MATCH (a)-[r]->(b)
RETURN a.__KEY__ AS start, type(r) AS type,
       [l IN labels(b) WHERE $keys[l] IS NOT NULL | [l, b[$keys[l]]]] AS ends, properties(r) AS properties

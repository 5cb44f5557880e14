// purpose: The nodes of one label whole, in the order of their key, paged.
// parameters: after string, size integer
// returns: key, labels, properties
// labels: LABEL, KEY
MATCH (n:__LABEL__)
WHERE n.__KEY__ > $after
RETURN n.__KEY__ AS key, labels(n) AS labels, properties(n) AS properties
ORDER BY n.__KEY__
LIMIT $size

// purpose: How many nodes there are of each combination of labels.
// parameters: none
// returns: labels, nodes
MATCH (n)
RETURN labels(n) AS labels, count(*) AS nodes

// purpose: The number of nodes, without migrations and the writer lock.
// parameters: none
// returns: nodes
MATCH (n)
WHERE NOT n:Migration AND NOT n:Lock
RETURN count(*) AS nodes

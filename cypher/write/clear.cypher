// purpose: Remove some nodes with their relationships; the record of migrations and the writer lock stay.
// parameters: size integer
// returns: removed
MATCH (n)
WHERE NOT n:Migration AND NOT n:Lock
WITH n LIMIT $size
DETACH DELETE n
RETURN count(*) AS removed

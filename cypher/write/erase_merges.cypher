// purpose: Remove what takes these persons for another.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (n:Person {pid: row.key})-[x:SAME_AS]->(:Person)
DELETE x

// purpose: Remove these persons with all that connects them.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (p:Person {pid: row.key})
DETACH DELETE p

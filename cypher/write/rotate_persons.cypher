// purpose: Persons get another key; one that has it already is not found by the old.
// parameters: rows list
// returns: none
UNWIND $rows AS row
MATCH (p:Person {pid: row.old})
SET p.pid = row.new

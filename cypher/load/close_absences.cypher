// purpose: An awaiting statement came back or ended.
// parameters: rows list, seq integer
// returns:
UNWIND $rows AS row
MATCH (a:Absence {aid: row.aid})
SET a.known_to = $seq

// purpose: Close the relationships that closed statements made.
// parameters: rows list, seq integer
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})-[x]-()
WHERE x.sid = row.sid
SET x.known_to = $seq

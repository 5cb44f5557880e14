// purpose: Remove the relationships that a batch which was never committed made at these enterprises.
// parameters: rows list, seq integer
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})-[x]-()
WHERE x.known_from = $seq
DELETE x

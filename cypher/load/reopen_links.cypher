// purpose: Open again the relationships that a batch which was never committed had closed at these enterprises.
// parameters: rows list, seq integer, open integer
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})-[x]-()
WHERE x.known_to = $seq
SET x.known_to = $open

// purpose: Close statements in known.
// parameters: rows list, seq integer
// returns:
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})
SET r.known_to = $seq

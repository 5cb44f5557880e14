// purpose: Remove erased statements.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})
DETACH DELETE r

// purpose: The subject of these records was found after they were loaded.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})
SET r.eid = row.eid, r.resolved_from = row.reference
REMOVE r.subject_ref

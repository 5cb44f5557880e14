// purpose: Which phone the enterprise uses, as a statement says.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MERGE (p:Phone {number: row.number})
MERGE (e)-[u:USES_PHONE {sid: row.sid}]->(p)
SET u += row.times

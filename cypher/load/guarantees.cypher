// purpose: For whose debts the enterprise stands, as a statement says.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MATCH (d:Enterprise {eid: row.debtor})
MERGE (e)-[g:GUARANTEES {sid: row.sid}]->(d)
SET g += row.times

// purpose: Where the enterprise is registered, as a statement says.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MERGE (a:Address {aid: row.aid})
ON CREATE SET a.text = row.text
MERGE (e)-[l:LOCATED_AT {sid: row.sid}]->(a)
SET l += row.times

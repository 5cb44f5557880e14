// purpose: A natural person's contribution to the enterprise, as a statement says.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MERGE (p:Person {pid: row.pid})
ON CREATE SET p.name = row.name
MERGE (e)<-[c:CONTRIBUTES {sid: row.sid}]-(p)
SET c += row.times, c.subscribed = row.subscribed

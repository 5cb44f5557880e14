// purpose: An organisation's contribution to the enterprise, as a statement says.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MERGE (h:Enterprise {eid: row.holder})
ON CREATE SET h.holder_name = row.name
MERGE (e)<-[c:CONTRIBUTES {sid: row.sid}]-(h)
SET c += row.times, c.subscribed = row.subscribed

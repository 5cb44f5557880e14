// purpose: Who holds which office in the enterprise, as a statement says.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MERGE (p:Person {pid: row.pid})
ON CREATE SET p.name = row.name
MERGE (e)<-[o:HOLDS_OFFICE {sid: row.sid}]-(p)
SET o += row.times, o.office = row.office

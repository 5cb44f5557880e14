// purpose: Link statements to the enterprise that they speak of.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})
MERGE (e:Enterprise {eid: row.eid})
MERGE (e)-[s:SUBJECT_OF {sid: row.sid}]->(r)
SET s += row.times

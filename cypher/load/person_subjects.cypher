// purpose: Link statements about a natural person to that person.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})
MERGE (p:Person {pid: row.pid})
ON CREATE SET p.name = row.name
MERGE (p)-[s:SUBJECT_OF {sid: row.sid}]->(r)
SET s += row.times

// purpose: Write statements with the enterprise that they speak of, if they are not there yet, so that a batch can be
//   resumed. A statement and its subject are one row and one transaction: half the work of two.
// parameters: rows list
// returns:
// labels: KIND
UNWIND $rows AS row
OPTIONAL MATCH (x:Record {sid: row.sid})
WITH row, x
WHERE x IS NULL
MERGE (e:Enterprise {eid: row.eid})
CREATE (e)-[:SUBJECT_OF {sid: row.sid, known_from: row.known_from, known_to: row.known_to,
  valid_from: row.valid_from, valid_to: row.valid_to}]->(r:Record:__KIND__)
SET r = row

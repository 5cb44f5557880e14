// purpose: Write statements whose subject is not known, if they are not there yet, so that a batch can be resumed.
// parameters: rows list
// returns:
// labels: KIND
UNWIND $rows AS row
OPTIONAL MATCH (x:Record {sid: row.sid})
WITH row, x
WHERE x IS NULL
CREATE (r:Record:__KIND__)
SET r = row

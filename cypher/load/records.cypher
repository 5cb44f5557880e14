// purpose: Write statements that are not there yet. Idempotent, so that an interrupted batch can be resumed.
// parameters: rows list
// returns:
// labels: KIND
UNWIND $rows AS row
OPTIONAL MATCH (x:Record {sid: row.sid})
WITH row, x
WHERE x IS NULL
CREATE (r:Record:__KIND__)
SET r = row.props

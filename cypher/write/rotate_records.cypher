// purpose: Records with their keys after a rotation; the last of them is remembered in the same transaction, so that a
//   rotation that was killed takes none of them twice.
// parameters: rows list, phase string, after string
// returns: none
MERGE (s:State {name: 'rotation'})
SET s.phase = $phase, s.after = $after
WITH s
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})
SET r += row.props

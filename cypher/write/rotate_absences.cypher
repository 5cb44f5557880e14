// purpose: Keys of awaiting statements after a rotation; in the same transaction the rotation goes on to its next phase.
// parameters: rows list, phase string
// returns: none
MERGE (s:State {name: 'rotation'})
SET s.phase = $phase, s.after = ''
WITH s
UNWIND $rows AS row
MATCH (a:Absence {aid: row.aid})
SET a.key = row.key

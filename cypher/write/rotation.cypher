// purpose: Where a rotation of the installation secret stands: its phase, and the last record that it has done.
// parameters: phase string, after string
// returns: none
MERGE (s:State {name: 'rotation'})
SET s.phase = $phase, s.after = $after

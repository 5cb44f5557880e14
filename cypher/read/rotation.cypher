// purpose: How far a rotation of the installation secret has come, while one is under way.
// parameters: none
// returns: phase, after
MATCH (s:State {name: 'rotation'})
RETURN s.phase AS phase, s.after AS after

// purpose: The check value of the installation secret that this graph was made with.
// parameters: none
// returns: check
MATCH (s:State {name: 'secret'})
RETURN s.check AS check

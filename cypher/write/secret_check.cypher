// purpose: Record the check value of the installation secret.
// parameters: check string
// returns: none
MERGE (s:State {name: 'secret'})
SET s.check = $check

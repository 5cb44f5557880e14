// purpose: A rotation is done: the check value of the new secret is recorded and the marker goes, together.
// parameters: check string
// returns: none
MERGE (s:State {name: 'secret'})
SET s.check = $check
WITH s
MATCH (r:State {name: 'rotation'})
DETACH DELETE r

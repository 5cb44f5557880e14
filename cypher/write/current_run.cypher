// purpose: Make a run the current one of its kind: one property write.
// parameters: name string, run string
// returns:
MERGE (s:State {name: $name})
SET s.run = $run

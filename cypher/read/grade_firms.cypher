// purpose: Firms that a run has given a Grade node.
// parameters: run string
// returns: eid
MATCH (e:Enterprise)-[x:GRADED]->(:Grade)
WHERE x.run = $run
RETURN e.eid AS eid

// purpose: The last committed seq, which every read pins at its start.
// parameters:
// returns: seq
MATCH (s:State {name: 'graph'})
RETURN s.seq AS seq

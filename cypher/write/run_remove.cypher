// purpose: Remove the node of a run that was never finished.
// parameters: run string
// returns:
MATCH (r:Run {rid: $run})
DETACH DELETE r

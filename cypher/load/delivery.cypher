// purpose: Remember the load that is under way, so that the same command resumes it.
// parameters: props map
// returns:
MERGE (s:State {name: 'delivery'})
SET s = $props

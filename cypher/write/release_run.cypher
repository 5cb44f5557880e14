// purpose: Record that a release was built, with all that it is rebuilt from.
// parameters: rid string, props map
// returns: none
MERGE (r:Run {rid: $rid})
SET r += $props

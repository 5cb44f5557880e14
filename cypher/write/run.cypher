// purpose: What a run of links or grades started from and where it stands.
// parameters: run string, props map
// returns:
MERGE (r:Run {rid: $run})
SET r += $props

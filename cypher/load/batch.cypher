// purpose: Announce a batch; it counts only once its state is committed.
// parameters: bid string, props map
// returns: seq
MERGE (b:Batch {bid: $bid})
SET b += $props
MERGE (s:Source {name: b.source})
MERGE (b)-[:FROM_SOURCE]->(s)
RETURN b.seq AS seq

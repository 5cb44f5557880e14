// purpose: Commit a batch: from here on its seq is the last one that readers pin.
// parameters: bid string, props map, seq integer
// returns: seq
MATCH (b:Batch {bid: $bid})
SET b += $props, b.state = 'committed'
MERGE (s:State {name: 'graph'})
SET s.seq = $seq
RETURN s.seq AS seq

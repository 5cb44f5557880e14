// purpose: Record which tombstones are applied to this graph.
// parameters: sha256 string, count integer
// returns: none
MERGE (s:State {name: 'tombstones'})
SET s.sha256 = $sha256, s.count = $count

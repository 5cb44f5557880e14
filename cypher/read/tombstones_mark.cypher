// purpose: Which tombstones were last applied to this graph.
// parameters: none
// returns: sha256, count
MATCH (s:State {name: 'tombstones'})
RETURN s.sha256 AS sha256, s.count AS count

// purpose: Firms whose class changed from one to another by finished runs about days from $since on, the latest first,
//   after a place in that order.
// parameters: since date, before date, after_gid string, seq integer, limit integer
// returns: eid, run, grade, previous
MATCH (g:Grade)
WHERE g.valid >= $since AND g.valid <= $before AND g.level <> g.was_level
  AND (g.valid < $before OR g.gid > $after_gid)
MATCH (e:Enterprise)-[x:GRADED]->(g)
MATCH (r:Run {rid: x.run})
WHERE r.state = 'complete' AND r.seq <= $seq
RETURN e.eid AS eid, x.run AS run, properties(g) AS grade, r.previous AS previous
ORDER BY g.valid DESC, g.gid
LIMIT $limit

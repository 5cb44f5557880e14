// purpose: The changes of class of these enterprises by finished runs, one row each; a change of score alone is one too.
// parameters: eids list, seq integer, valid date
// returns: eid, run, grade, previous
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})-[x:GRADED]->(g:Grade)
MATCH (r:Run {rid: x.run})
WHERE r.state = 'complete' AND r.seq <= $seq AND r.valid <= $valid
RETURN wanted AS eid, x.run AS run, properties(g) AS grade, r.previous AS previous
ORDER BY g.valid DESC, g.seq DESC, g.use DESC, g.gid DESC

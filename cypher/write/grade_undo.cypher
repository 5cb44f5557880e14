// purpose: Take back what an interrupted run wrote: its Grade nodes, and the level that was current before.
// parameters: rows list, run string
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MATCH (e)-[:GRADED {run: $run}]->(g:Grade)
SET e.level = g.was_level, e.score = g.was_score
DETACH DELETE g

// purpose: A grade of a firm that changed with a run: one Grade node, and the current level as cache. A firm that is
//   graded no more has no level.
// parameters: rows list, run string
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MERGE (g:Grade {gid: row.gid})
MERGE (e)-[:GRADED {run: $run}]->(g)
SET g += row.props, e.level = row.level, e.score = row.score

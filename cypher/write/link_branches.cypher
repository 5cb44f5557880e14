// purpose: Branches and their parents of one run.
// parameters: rows list, run string
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MATCH (p:Enterprise {eid: row.parent})
MERGE (e)-[x:BRANCH_OF {run: $run}]->(p)
SET x += row.props

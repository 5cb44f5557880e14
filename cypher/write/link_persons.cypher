// purpose: Name-only persons that are a keyed person, of one run.
// parameters: rows list, run string
// returns:
UNWIND $rows AS row
MATCH (n:Person {pid: row.pid})
MATCH (p:Person {pid: row.same_as})
MERGE (n)-[x:SAME_AS {run: $run}]->(p)
SET x += row.props

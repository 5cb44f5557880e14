// purpose: Candidates for reborn firms (换马甲) of one run, from the old firm to the new one.
// parameters: rows list, run string
// returns:
UNWIND $rows AS row
MATCH (old:Enterprise {eid: row.old})
MATCH (new:Enterprise {eid: row.new})
MERGE (old)-[x:REBORN_AS {run: $run}]->(new)
SET x += row.props

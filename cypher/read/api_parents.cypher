// purpose: The enterprises that branches belong to in the link run.
// parameters: keys list, run string
// returns: key, parent
UNWIND $keys AS wanted
MATCH (e:Enterprise {eid: wanted})
MATCH (e)-[x:BRANCH_OF]->(p:Enterprise)
WHERE x.run = $run
RETURN wanted AS key, p.eid AS parent

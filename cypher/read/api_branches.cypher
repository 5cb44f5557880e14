// purpose: One page of the branches of enterprises in the link run.
// parameters: keys list, run string, after string, limit integer
// returns: key, page
UNWIND $keys AS wanted
MATCH (e:Enterprise {eid: wanted})
RETURN wanted AS key, COLLECT {
  MATCH (e)<-[x:BRANCH_OF]-(b:Enterprise)
  WHERE x.run = $run AND b.eid > $after
  RETURN b.eid
  ORDER BY b.eid
  LIMIT $limit
} AS page

// purpose: Candidates for reborn firms (换马甲) in the link run, of each enterprise as the old one (after) and the new.
// parameters: keys list, run string, limit integer
// returns: key, after, before
UNWIND $keys AS wanted
MATCH (e:Enterprise {eid: wanted})
RETURN wanted AS key, COLLECT {
  MATCH (e)-[x:REBORN_AS]->(o:Enterprise)
  WHERE x.run = $run
  RETURN {other: o.eid, link: properties(x)}
  ORDER BY x.rank
  LIMIT $limit
} AS after, COLLECT {
  MATCH (e)<-[x:REBORN_AS]-(o:Enterprise)
  WHERE x.run = $run
  RETURN {other: o.eid, link: properties(x)}
  ORDER BY x.score DESC, o.eid
  LIMIT $limit
} AS before

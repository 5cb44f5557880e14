// purpose: The groups of a run that entities belong to, with their firms; KIND and KEY are their label and key.
// parameters: keys list, run string
// returns: key, groups
// labels: KIND, KEY
UNWIND $keys AS wanted
MATCH (m:__KIND__ {__KEY__: wanted})
RETURN wanted AS key, COLLECT {
  MATCH (m)-[x:MEMBER_OF]->(g:Group)
  WHERE x.run = $run
  RETURN {gid: g.gid, layer: g.layer, since: g.since, came_from: g.came_from, firms: COLLECT {
    MATCH (g)<-[y:MEMBER_OF]-(e:Enterprise)
    WHERE y.run = $run
    RETURN e.eid
  }}
} AS groups

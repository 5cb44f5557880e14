// purpose: The groups of a run that an entity belongs to, with their firms; KIND and KEY are its label and key.
// parameters: key string, run string
// returns: gid, layer, since, came_from, firms
// labels: KIND, KEY
MATCH (m:__KIND__ {__KEY__: $key})-[x:MEMBER_OF]->(g:Group)
WHERE x.run = $run
RETURN g.gid AS gid, g.layer AS layer, g.since AS since, g.came_from AS came_from, COLLECT {
  MATCH (g)<-[y:MEMBER_OF]-(e:Enterprise)
  WHERE y.run = $run
  RETURN e.eid
} AS firms

// purpose: Members of the groups of a run at a page of enterprises, packed: gid, layer, eid.
// parameters: low string, high string, run string
// returns: rows
MATCH (e:Enterprise)
WHERE e.eid >= $low AND e.eid < $high
MATCH (e)-[x:MEMBER_OF]->(g:Group)
WHERE x.run = $run
RETURN collect([g.gid, g.layer, e.eid]) AS rows

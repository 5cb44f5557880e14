// purpose: Current levels of a page of enterprises, packed.
// parameters: low string, high string
// returns: rows
MATCH (e:Enterprise)
WHERE e.eid >= $low AND e.eid < $high AND e.level IS NOT NULL
RETURN collect([e.eid, e.level, e.score]) AS rows

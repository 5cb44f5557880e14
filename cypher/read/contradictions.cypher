// purpose: Enterprises of which sources say different things, as the cache found them.
// parameters:
// returns: eid, contradictions
MATCH (e:Enterprise)
WHERE e.contradictions IS NOT NULL
RETURN e.eid AS eid, e.contradictions AS contradictions
ORDER BY e.eid

// purpose: Current levels of these enterprises.
// parameters: eids list
// returns: eid, level, score
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})
WHERE e.level IS NOT NULL
RETURN e.eid AS eid, e.level AS level, e.score AS score

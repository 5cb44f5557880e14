// purpose: Enterprises that were never viewed, or of which no naming record spoke when they were.
// parameters:
// returns: eid
MATCH (e:Enterprise)
WHERE (e.cache_seq IS NULL OR e.provisional = true) AND EXISTS { (e)-[:SUBJECT_OF]->(:Record) }
RETURN e.eid AS eid

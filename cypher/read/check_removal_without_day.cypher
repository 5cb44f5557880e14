// purpose: Listings with a reason of removal and no day of it, of a page of enterprises.
// parameters: low string, high string, seq integer, valid date
// returns: sid, eid, source, shown
// labels: KIND
MATCH (e:Enterprise)
WHERE e.eid >= $low AND e.eid < $high
MATCH (e)-[:SUBJECT_OF]->(r:__KIND__)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $valid
  AND r.removal_reason IS NOT NULL AND r.removed_on IS NULL
RETURN r.sid AS sid, e.eid AS eid, r.source AS source,
       {removal_reason: r.removal_reason, listed_on: r.listed_on} AS shown

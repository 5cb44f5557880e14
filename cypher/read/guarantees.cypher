// purpose: Known-open guarantees whose debtor has not been found among the enterprises.
// parameters:
// returns: record
MATCH (r:Guarantee)
WHERE r.known_to = 9223372036854775807 AND r.eid IS NOT NULL AND r.debtor IS NOT NULL
OPTIONAL MATCH (e:Enterprise {eid: r.eid})-[g:GUARANTEES {sid: r.sid}]->(:Enterprise)
WITH r, g
WHERE g IS NULL
RETURN properties(r) AS record

// purpose: Awaiting statements about a natural person, with the persons that the records of their key are about.
// parameters: none
// returns: aid, key, pids
MATCH (a:Absence)
WHERE a.key CONTAINS 'person:'
OPTIONAL MATCH (r:Record {source: a.source, key: a.key})
RETURN a.aid AS aid, a.key AS key, collect(DISTINCT r.pid) AS pids

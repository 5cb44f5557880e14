// purpose: Open again up to $limit relationships to persons that a batch which was never committed had closed.
// parameters: seq integer, open integer, limit integer
// returns: reopened
MATCH (r:Record)
WHERE r.known_to = $seq
MATCH (r)<-[x:SUBJECT_OF]-(:Person)
WHERE x.known_to = $seq
WITH x LIMIT $limit
SET x.known_to = $open
RETURN count(*) AS reopened

// purpose: Merges of a range of persons with another, and the statements that they rest on.
// parameters: low string, high string
// returns: pid, sids
MATCH (n:Person)
WHERE n.pid >= $low AND n.pid < $high
MATCH (n)-[x:SAME_AS]->(:Person)
RETURN n.pid AS pid, x.sids AS sids

// purpose: The statements by which these persons are still connected.
// parameters: keys list
// returns: key, sids
UNWIND $keys AS wanted
MATCH (n:Person {pid: wanted})-[x]-()
WHERE x.sid IS NOT NULL
RETURN wanted AS key, collect(x.sid) AS sids

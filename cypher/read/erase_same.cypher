// purpose: Name-only persons that the link runs take for these persons, and the firms by whose statements.
// parameters: pids list
// returns: pid, name, sids
UNWIND $pids AS wanted
MATCH (p:Person {pid: wanted})<-[x:SAME_AS]-(n:Person)
RETURN DISTINCT n.pid AS pid, n.name AS name, x.sids AS sids

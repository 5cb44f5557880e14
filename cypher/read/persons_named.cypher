// purpose: Persons by key: how they are called, and at which firms.
// parameters: pids list
// returns: pid, name, firms
UNWIND $pids AS wanted
MATCH (p:Person {pid: wanted})
OPTIONAL MATCH (p)-[l:HOLDS_OFFICE|CONTRIBUTES]->(e:Enterprise)
RETURN p.pid AS pid, p.name AS name, collect(DISTINCT coalesce(e.name, e.eid)) AS firms

// purpose: A person by key.
// parameters: pid string
// returns: name
MATCH (p:Person {pid: $pid})
RETURN p.name AS name

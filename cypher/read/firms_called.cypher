// purpose: The enterprises that have one of these names now.
// parameters: names list
// returns: name, eid
UNWIND $names AS wanted
MATCH (e:Enterprise {name: wanted})
RETURN wanted AS name, e.eid AS eid
ORDER BY wanted, e.eid

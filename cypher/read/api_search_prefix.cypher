// purpose: Enterprises whose current name begins with a text: for searches of one character, which the index lacks.
// parameters: prefix string, limit integer
// returns: eid, name, names
MATCH (e:Enterprise)
WHERE e.name STARTS WITH $prefix
RETURN e.eid AS eid, e.name AS name, e.names_text AS names
LIMIT $limit

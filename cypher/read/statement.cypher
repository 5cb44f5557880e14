// purpose: One statement by its id.
// parameters: sid string
// returns: record
MATCH (r:Record {sid: $sid})
RETURN properties(r) AS record

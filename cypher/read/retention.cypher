// purpose: Records of one kind in a range of ids: those that name a natural person by key, or all.
// parameters: low string, high string, every boolean
// returns: record
// labels: KIND
MATCH (r:Record)
WHERE r.sid >= $low AND r.sid < $high AND r:__KIND__ AND ($every OR r.pid IS NOT NULL)
RETURN properties(r) AS record

// purpose: The statements behind a grade.
// parameters: sids list
// returns: record
UNWIND $sids AS sid
MATCH (r:Record {sid: sid})
RETURN properties(r) AS record

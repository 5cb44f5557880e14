// purpose: The ids of all enterprises in order, to cut them into pages.
// parameters: none
// returns: eid
MATCH (e:Enterprise)
RETURN e.eid AS eid
ORDER BY eid

// purpose: A page of enterprise ids in order, whatever is known of them.
// parameters: after string, limit integer
// returns: eid
MATCH (e:Enterprise)
WHERE e.eid > $after
RETURN e.eid AS eid
ORDER BY e.eid
LIMIT $limit

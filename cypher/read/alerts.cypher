// purpose: Warnings as they stand at a seq, with what their enterprise is called, the ones due first.
// parameters: seq integer, states list, after date, after_eid string, limit integer
// returns: record, name, code, district
MATCH (a:Alert)
WHERE a.known_from <= $seq AND a.known_to > $seq AND a.state IN $states
      AND (a.due_on > $after OR (a.due_on = $after AND a.eid > $after_eid))
MATCH (e:Enterprise {eid: a.eid})
RETURN properties(a) AS record, e.name AS name, e.credit_code AS code, e.district AS district
ORDER BY a.due_on, a.eid
LIMIT $limit

// purpose: Proceedings (办理事项) as they stand at a seq, those due first (`no_day` stands for none); an empty `list_name`,
//   `bundle` or `eid` asks for all, `ended` also for those that are done.
// parameters: seq integer, list_name string, bundle string, eid string, ended boolean, no_day date, after date, after_id string, limit integer
// returns: record, name, code
MATCH (p:Proceeding)
WHERE p.known_from <= $seq AND p.known_to > $seq AND (p.is_open OR $ended)
      AND ($list_name = '' OR p.list_name = $list_name) AND ($bundle = '' OR p.bundle = $bundle)
      AND ($eid = '' OR p.eid = $eid)
WITH p, coalesce(p.due_on, $no_day) AS due_on
WHERE due_on > $after OR (due_on = $after AND p.proceeding > $after_id)
MATCH (e:Enterprise {eid: p.eid})
RETURN properties(p) AS record, e.name AS name, e.credit_code AS code
ORDER BY due_on, p.proceeding
LIMIT $limit

// purpose: Tasks of joint measures (联合惩戒任务) as they stand at a seq, with what their firm is called, the ones due first;
//   an empty `department` asks for all.
// parameters: seq integer, department string, states list
// returns: record, name, code
MATCH (m:MeasureTask)
WHERE m.known_from <= $seq AND m.known_to > $seq AND m.state IN $states
      AND ($department = '' OR m.department = $department)
MATCH (e:Enterprise {eid: m.eid})
RETURN properties(m) AS record, e.name AS name, e.credit_code AS code
ORDER BY m.due_on, m.task

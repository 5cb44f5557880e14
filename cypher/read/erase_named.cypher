// purpose: The statements, in a range of ids, that name one of these persons by key: as their person or in a field.
// parameters: low string, high string, pids list, fields list
// returns: record
MATCH (r:Record)
WHERE r.sid >= $low AND r.sid < $high AND (r.pid IN $pids OR any(name IN $fields WHERE r[name] IN $pids))
RETURN properties(r) AS record

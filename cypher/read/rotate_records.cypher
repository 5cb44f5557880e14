// purpose: The next records that hold a person key: as person, in one of the fields of documents, or in their key.
//   A key begins with a hexadecimal digit; persons without an ID have no key.
// parameters: after string, fields list, size integer
// returns: record
MATCH (r:Record)
WHERE r.sid > $after
  AND (r.pid < 'g' OR r.key CONTAINS 'person:' OR any(field IN $fields WHERE r[field] IS NOT NULL))
RETURN properties(r) AS record
ORDER BY r.sid
LIMIT $size

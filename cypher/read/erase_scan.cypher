// purpose: Keys and persons of the statements in a range of ids, to be compared with tombstones.
// parameters: low string, high string, fields list
// returns: sid, source, key, pid, documents
MATCH (r:Record)
WHERE r.sid >= $low AND r.sid < $high
RETURN r.sid AS sid, r.source AS source, r.key AS key, r.pid AS pid,
       [name IN $fields WHERE r[name] IS NOT NULL | r[name]] AS documents

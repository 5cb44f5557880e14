// purpose: The next records whose key names a natural person, with that person.
// parameters: after string, size integer
// returns: sid, pid
MATCH (r:Record)
WHERE r.sid > $after AND r.key CONTAINS 'person:' AND r.pid < 'g'
RETURN r.sid AS sid, r.pid AS pid
ORDER BY r.sid
LIMIT $size

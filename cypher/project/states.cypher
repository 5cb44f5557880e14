// purpose: What the graph says of itself: last seq, the secret's check value, tombstones applied, for which seq and day
//   records were tried again for their subjects, a rotation under way. A cache is good only where all are as they were.
// parameters: none
// returns: name, seq, day, check, sha256
MATCH (s:State)
WHERE s.name IN ['graph', 'secret', 'tombstones', 'cache', 'rotation']
RETURN s.name AS name, s.seq AS seq, s.day AS day, s.check AS check, s.sha256 AS sha256
ORDER BY name

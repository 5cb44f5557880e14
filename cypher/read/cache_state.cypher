// purpose: For which seq and day the enterprise cache is right.
// parameters:
// returns: seq, day
MATCH (s:State {name: 'cache'})
RETURN s.seq AS seq, s.day AS day

// purpose: For which seq and day the enterprise cache is right.
// parameters: seq integer, day date
// returns:
MERGE (s:State {name: 'cache'})
SET s.seq = $seq, s.day = $day

// purpose: All signals of warnings that stand at a seq.
// parameters: seq integer, open date
// returns: record
MATCH (s:AlertSignal)
WHERE s.known_from <= $seq AND s.known_to > $seq AND s.valid_to = $open
RETURN properties(s) AS record
ORDER BY s.sid

// purpose: Reverse what a committed batch said of awaiting statements, from $seq on.
// parameters: reversed integer, seq integer, open integer
// returns:
MATCH (a:Absence)
WHERE a.known_from = $reversed OR a.known_to = $reversed
FOREACH (x IN CASE WHEN a.known_from = $reversed AND a.known_to = $open THEN [a] ELSE [] END | SET x.known_to = $seq)
FOREACH (x IN CASE WHEN a.known_to = $reversed THEN [a] ELSE [] END |
  MERGE (y:Absence {aid: x.aid + '+' + toString($seq)})
  SET y.source = x.source, y.key = x.key, y.scope = x.scope, y.as_of = x.as_of, y.known_from = $seq, y.known_to = $open)

// purpose: Take back what a batch which was never committed said of awaiting statements.
// parameters: seq integer, open integer
// returns:
MATCH (a:Absence)
WHERE a.known_from = $seq OR a.known_to = $seq
FOREACH (x IN CASE WHEN a.known_to = $seq THEN [a] ELSE [] END | SET x.known_to = $open)
FOREACH (x IN CASE WHEN a.known_from = $seq THEN [a] ELSE [] END | DETACH DELETE x)

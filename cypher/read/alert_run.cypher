// purpose: The last search for signals that was committed and not taken back: which grading run it judged.
// parameters:
// returns: seq, judged
MATCH (b:Batch {path: 'alerts'})
WHERE b.state = 'committed' AND b.judged IS NOT NULL
OPTIONAL MATCH (r:Batch {reverses: b.seq, state: 'committed'})
WITH b, r
WHERE r IS NULL
RETURN b.seq AS seq, b.judged AS judged
ORDER BY b.seq DESC
LIMIT 1

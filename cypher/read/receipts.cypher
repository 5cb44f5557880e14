// purpose: Receipts of publication (公示回执) that are known at a seq; with `all` also those undone since.
// parameters: seq integer, all boolean
// returns: record
MATCH (r:Receipt)
WHERE r.known_from <= $seq AND ($all OR r.known_to > $seq)
RETURN properties(r) AS record
ORDER BY r.shown_on, r.sid

// purpose: How many penalties known at a seq were decided before a day, by who decided; several sources of one number count once.
// parameters: seq integer, first date
// returns: authority, penalties
MATCH (r:Case)
WHERE r.known_from <= $seq AND r.known_to > $seq AND r.decided_on < $first
RETURN r.authority AS authority, count(DISTINCT coalesce(r.document_number, r.sid)) AS penalties

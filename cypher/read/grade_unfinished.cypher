// purpose: Grade runs other than $run that were interrupted while they wrote.
// parameters: run string
// returns: rid
MATCH (r:Run {state: 'writing'})
WHERE r.kind = 'grade' AND r.rid <> $run
RETURN r.rid AS rid

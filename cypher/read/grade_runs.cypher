// purpose: Finished grade runs of a policy at or before a point, the latest first; of one point full ones before partial.
// parameters: policy string, seq integer, valid date
// returns: run
MATCH (r:Run)
WHERE r.kind = 'grade' AND r.policy = $policy AND r.state = 'complete' AND r.seq <= $seq AND r.valid <= $valid
RETURN properties(r) AS run
ORDER BY r.valid DESC, r.seq DESC, r.use DESC, r.hold_seq DESC, coalesce(r.base, '')
LIMIT 1

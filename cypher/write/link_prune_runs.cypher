// purpose: Remove the nodes of older link runs; no stored result refers to them.
// parameters: run string
// returns: removed
MATCH (r:Run)
WHERE r.kind = 'link' AND r.rid <> $run
DETACH DELETE r
RETURN count(*) AS removed

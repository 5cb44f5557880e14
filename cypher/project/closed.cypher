// purpose: Statements known at $since that a batch closed, packed per record kind.
// parameters: closed integer, since integer
// returns: kind, part, sids
MATCH (r:Record)
WHERE r.known_to = $closed AND r.known_from <= $since
RETURN r.kind AS kind, substring(r.sid, 0, 2) AS part, collect(r.sid) AS sids

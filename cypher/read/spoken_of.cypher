// purpose: Of whom the statements of a batch speak: those that it opened (SIDE known_from) or closed (known_to).
// parameters: seq integer
// returns: kind, about
// labels: SIDE
MATCH (r:Record)
WHERE r.__SIDE__ = $seq
RETURN r.kind AS kind, collect([r.eid, r.pid, r.held_key, r.known_from]) AS about

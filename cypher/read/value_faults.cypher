// purpose: Values set aside in statements that are known at a seq.
// parameters: seq integer
// returns: sid, eid, source, faults
MATCH (r:Record)
WHERE r.fault_count > 0 AND r.known_from <= $seq AND r.known_to > $seq
RETURN r.sid AS sid, r.eid AS eid, r.source AS source, r.faults AS faults
ORDER BY r.sid

// purpose: How many values each source had set aside at a point, by field and reason.
// parameters: seq integer
// returns: source, fault, records
MATCH (r:Record)
WHERE r.fault_count > 0 AND r.known_from <= $seq AND r.known_to > $seq
UNWIND r.faults AS fault
WITH r.source AS source, split(fault, ':') AS parts
RETURN source, parts[0] + ':' + parts[1] AS fault, count(*) AS records
ORDER BY records DESC, source, fault

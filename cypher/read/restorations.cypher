// purpose: Records whose repair was revoked (撤销修复), as known at a seq: their period runs anew from that day.
// parameters: seq integer
// returns: source, key, day
MATCH (p:Proceeding)
WHERE p.known_from <= $seq AND p.known_to > $seq AND p.does = 'restoration' AND p.decided_on IS NOT NULL
RETURN p.entry_source AS source, p.entry_key AS key, p.decided_on AS day

// purpose: Statements by id that are known at $seq, packed per record kind; $fields names the properties per kind.
// parameters: sids list, seq integer, fields map
// returns: kind, rows
UNWIND $sids AS sid
MATCH (r:Record {sid: sid})
WHERE r.known_from <= $seq AND r.known_to > $seq
RETURN r.kind AS kind, collect([f IN $fields[r.kind] | r[f]]) AS rows

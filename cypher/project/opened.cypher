// purpose: Statements that a batch opened and that are known at $seq, packed per record kind; $fields names the
//   properties per kind.
// parameters: opened integer, seq integer, fields map
// returns: kind, part, rows
MATCH (r:Record)
WHERE r.known_from = $opened AND r.known_to > $seq
RETURN r.kind AS kind, substring(r.sid, 0, 2) AS part, collect([f IN $fields[r.kind] | r[f]]) AS rows

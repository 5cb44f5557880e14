// purpose: Statements about these enterprises or persons that are known at $seq, packed per record kind; $fields names
//   the properties per kind.
// parameters: ids list, seq integer, fields map
// returns: kind, node, rows
// labels: KIND, KEY
UNWIND $ids AS wanted
MATCH (n:__KIND__ {__KEY__: wanted})-[:SUBJECT_OF]->(r:Record)
WHERE r.known_from <= $seq AND r.known_to > $seq
RETURN r.kind AS kind, wanted AS node, collect([f IN $fields[r.kind] | r[f]]) AS rows

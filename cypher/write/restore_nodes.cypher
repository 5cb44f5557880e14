// purpose: Nodes of one combination of labels from a backup: key and properties. Written again they are left as they are;
//   no MERGE over two labels, for which the embedded engine scans.
// parameters: rows list
// returns: none
// labels: LABELS, LABEL, KEY
UNWIND $rows AS row
OPTIONAL MATCH (old:__LABEL__ {__KEY__: row.key})
WITH row, old
WHERE old IS NULL
CREATE (n:__LABELS__ {__KEY__: row.key})
SET n = row.properties

// purpose: All properties of nodes that a restore has made already, by key.
// parameters: rows list
// returns: none
// labels: LABEL, KEY
UNWIND $rows AS row
MATCH (n:__LABEL__ {__KEY__: row.key})
SET n = row.properties

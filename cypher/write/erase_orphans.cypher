// purpose: Remove those of these nodes that nothing is connected to any more.
// parameters: rows list
// returns:
// labels: KIND, KEY
UNWIND $rows AS row
MATCH (n:__KIND__ {__KEY__: row.key})
WHERE NOT EXISTS { (n)--() }
DELETE n

// purpose: The name that the remaining statements give a node; null removes it.
// parameters: rows list
// returns:
// labels: KIND, KEY, NAME
UNWIND $rows AS row
MATCH (n:__KIND__ {__KEY__: row.key})
SET n.__NAME__ = row.name

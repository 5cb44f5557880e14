// purpose: The nodes of holders whom only an annual report or a change of shares names; FROM, KEY and NAME are label, key
//   and property of the name.
// parameters: rows list
// returns:
// labels: FROM, KEY, NAME
UNWIND $rows AS row
MERGE (h:__FROM__ {__KEY__: row.holder})
ON CREATE SET h.made_by_link = true
SET h.__NAME__ = coalesce(h.__NAME__, row.name)

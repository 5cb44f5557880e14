// purpose: Remove what is awaited of these keys.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (a:Absence {source: row.source})
WHERE a.key = row.key
DETACH DELETE a

// purpose: Who has to do with a case series: its unit (head of a group, or person) and the parties punished, with the
//   decisions; FROM and KEY are label and key of the entity.
// parameters: rows list, run string
// returns:
// labels: FROM, KEY
UNWIND $rows AS row
MATCH (p:__FROM__ {__KEY__: row.entity})
MATCH (s:Series {serid: row.serid})
MERGE (p)-[x:IN_SERIES {run: $run, role: row.role}]->(s)
SET x.sids = row.sids

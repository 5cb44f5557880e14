// purpose: Members and heads of groups of one run; FROM and KEY are the member's label and key.
// parameters: rows list, run string
// returns:
// labels: FROM, KEY
UNWIND $rows AS row
MATCH (m:__FROM__ {__KEY__: row.member})
MATCH (g:Group {gid: row.gid})
MERGE (m)-[x:MEMBER_OF {run: $run}]->(g)
SET x += row.props

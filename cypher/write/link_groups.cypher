// purpose: Groups by their id, with layer, since when, and from which earlier groups they came or what became of them.
// parameters: rows list
// returns:
UNWIND $rows AS row
MERGE (g:Group {gid: row.gid})
SET g += row.props

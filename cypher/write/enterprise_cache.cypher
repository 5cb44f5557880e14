// purpose: The cached current view of enterprises; rebuildable from their records.
// parameters: rows list
// returns:
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
SET e += row.props

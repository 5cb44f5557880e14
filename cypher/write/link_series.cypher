// purpose: Case series (串案) of one run.
// parameters: rows list, run string
// returns:
UNWIND $rows AS row
MERGE (s:Series {serid: row.serid})
SET s += row.props, s.run = $run

// purpose: Statements that are missing from their scope while other scopes are late: awaiting.
// parameters: rows list
// returns:
UNWIND $rows AS row
MERGE (a:Absence {aid: row.aid})
SET a += row.props

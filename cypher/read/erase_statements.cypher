// purpose: All statements of these natural keys.
// parameters: rows list
// returns: record
UNWIND $rows AS row
MATCH (r:Record {source: row.source, key: row.key})
RETURN properties(r) AS record

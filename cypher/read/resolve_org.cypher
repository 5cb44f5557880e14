// purpose: Enterprises by organisation code (characters 9-17 of the credit code).
// parameters: rows list, seq integer
// returns: reference, eid
UNWIND $rows AS row
MATCH (e:Enterprise {org_code: row.value})
WHERE e.cache_seq <= $seq
RETURN row.reference AS reference, e.eid AS eid

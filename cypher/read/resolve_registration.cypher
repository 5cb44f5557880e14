// purpose: Enterprises by registration number.
// parameters: rows list
// returns: reference, eid
UNWIND $rows AS row
MATCH (e:Enterprise {registration_number: row.value})
WHERE e.cache_seq IS NOT NULL
RETURN row.reference AS reference, e.eid AS eid

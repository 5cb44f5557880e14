// purpose: Enterprises by registration number.
// parameters: rows list, seq integer
// returns: reference, eid
UNWIND $rows AS row
MATCH (e:Enterprise {registration_number: row.value})
WHERE e.cache_seq <= $seq
RETURN row.reference AS reference, e.eid AS eid

// purpose: Enterprises by their exact current name.
// parameters: rows list, seq integer
// returns: reference, eid
UNWIND $rows AS row
MATCH (e:Enterprise {name: row.value})
WHERE e.cache_seq <= $seq
RETURN row.reference AS reference, e.eid AS eid

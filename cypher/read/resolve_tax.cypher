// purpose: Enterprises of which a record, known at a seq, gives this taxpayer number (纳税人识别号).
// parameters: rows list, seq integer
// returns: reference, eid
UNWIND $rows AS row
MATCH (r:Record {tax_number: row.value})
WHERE r.eid IS NOT NULL AND r.known_from <= $seq AND r.known_to = 9223372036854775807
RETURN DISTINCT row.reference AS reference, r.eid AS eid

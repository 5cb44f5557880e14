// purpose: Enterprises that a record of a penalty with this number of its document names.
// parameters: rows list, seq integer
// returns: reference, eid
UNWIND $rows AS row
MATCH (r:Record {document_number: row.value})
WHERE r.kind = 'Case' AND r.eid IS NOT NULL AND r.known_from <= $seq AND r.known_to = 9223372036854775807
RETURN DISTINCT row.reference AS reference, r.eid AS eid

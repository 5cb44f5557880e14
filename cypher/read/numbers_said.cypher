// purpose: Taxpayer numbers, and numbers of penalties, of the records with a subject that became known at one of these seqs.
// parameters: seqs list
// returns: kind, tax_number, document_number, case_number
UNWIND $seqs AS wanted
MATCH (r:Record {known_from: wanted})
WHERE r.eid IS NOT NULL AND (r.tax_number IS NOT NULL OR r.document_number IS NOT NULL OR r.case_number IS NOT NULL)
RETURN DISTINCT r.kind AS kind, r.tax_number AS tax_number, r.document_number AS document_number, r.case_number AS case_number

// purpose: Find records by the number of their document or case, for those that name no subject themselves.
CREATE INDEX record_document_number IF NOT EXISTS FOR (n:Record) ON (n.document_number)
;
CREATE INDEX record_case_number IF NOT EXISTS FOR (n:Record) ON (n.case_number)
;

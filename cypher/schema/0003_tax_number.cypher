// purpose: Find the firm that other records give a taxpayer number (纳税人识别号), for those that name it by that alone.
CREATE INDEX record_tax_number IF NOT EXISTS FOR (n:Record) ON (n.tax_number)
;

-- purpose: A taxpayer number is text before an index sees it: most are digits only.
CREATE PROPERTY `Record`.`tax_number` IF NOT EXISTS STRING
;

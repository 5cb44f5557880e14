-- purpose: The numbers by which a penalty finds its firm are text before an index sees them: `3` is one too.
CREATE PROPERTY `Record`.`document_number` IF NOT EXISTS STRING
;
CREATE PROPERTY `Record`.`case_number` IF NOT EXISTS STRING
;

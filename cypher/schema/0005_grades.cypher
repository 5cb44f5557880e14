// purpose: Changes of class since a day, without looking at every Grade node.
CREATE INDEX grade_valid IF NOT EXISTS FOR (n:Grade) ON (n.valid)
;

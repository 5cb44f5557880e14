-- purpose: Types of a change of class (信用风险分类) before the index over its day.
CREATE PROPERTY `Grade`.`valid` IF NOT EXISTS DATE
;
CREATE PROPERTY `Grade`.`seq` IF NOT EXISTS LONG
;
CREATE PROPERTY `Grade`.`score` IF NOT EXISTS LONG
;
CREATE PROPERTY `Grade`.`was_score` IF NOT EXISTS LONG
;

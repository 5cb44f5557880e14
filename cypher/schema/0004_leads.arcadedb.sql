-- purpose: Types of leads that link runs write: reborn firms (换马甲) and case series (串案).
CREATE VERTEX TYPE `Series` IF NOT EXISTS
;
CREATE PROPERTY `Series`.`serid` IF NOT EXISTS STRING
;
CREATE PROPERTY `Series`.`run` IF NOT EXISTS STRING
;
CREATE PROPERTY `Series`.`cases` IF NOT EXISTS LONG
;
CREATE EDGE TYPE `IN_SERIES` IF NOT EXISTS
;
CREATE EDGE TYPE `REBORN_AS` IF NOT EXISTS
;

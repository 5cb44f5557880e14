// purpose: The key of a case series (串案) of a link run, and the index by which a run's are found.
CREATE CONSTRAINT series_serid IF NOT EXISTS FOR (n:Series) REQUIRE n.serid IS UNIQUE
;
CREATE INDEX series_run IF NOT EXISTS FOR (n:Series) ON (n.run)
;

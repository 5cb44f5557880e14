// purpose: Full-text search over every name of an enterprise, in Chinese (pairs of characters).
CREATE FULLTEXT INDEX enterprise_names IF NOT EXISTS FOR (n:Enterprise) ON EACH [n.names_text]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}}
;

// purpose: Graded enterprises with the highest risk score.
// parameters: limit integer
// returns: code, name, level, score
MATCH (e:Enterprise)
WHERE e.level IS NOT NULL
RETURN e.eid AS code, e.name AS name, e.level AS level, e.score AS score
ORDER BY e.score DESC, e.eid
LIMIT $limit

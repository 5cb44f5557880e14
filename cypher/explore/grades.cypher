// purpose: Current level of each enterprise that was ever graded, with its Grade nodes.
// parameters: none
// returns: eid, level, score, grades
MATCH (e:Enterprise)-[x:GRADED]->(g:Grade)
RETURN e.eid AS eid, e.level AS level, e.score AS score,
       collect({run: x.run, level: g.level, score: g.score, valid: g.valid}) AS grades

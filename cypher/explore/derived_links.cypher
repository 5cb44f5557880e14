// purpose: The derived relationships that the graph holds, with their run.
// parameters: none
// returns: type, start, end, run, share_ppm, basis, rule, sids
MATCH (e:Enterprise)-[x:HOLDS|CONTROLS|BRANCH_OF]->(f:Enterprise)
RETURN type(x) AS type, e.eid AS start, f.eid AS end, x.run AS run, x.share_ppm AS share_ppm, x.basis AS basis,
       x.rule AS rule, x.sids AS sids
UNION
MATCH (p:Person)-[x:HOLDS|CONTROLS]->(f:Enterprise)
RETURN type(x) AS type, p.pid AS start, f.eid AS end, x.run AS run, x.share_ppm AS share_ppm, x.basis AS basis,
       x.rule AS rule, x.sids AS sids
UNION
MATCH (p:Person)-[x:SAME_AS]->(q:Person)
RETURN type(x) AS type, p.pid AS start, q.pid AS end, x.run AS run, x.share_ppm AS share_ppm, x.basis AS basis,
       x.rule AS rule, x.sids AS sids

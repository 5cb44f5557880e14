// purpose: One page of the case series (串案) of a link run, the most decisions first.
// parameters: run string, after_cases integer, after_id string, limit integer
// returns: series, parties
MATCH (s:Series {run: $run})
WHERE s.cases < $after_cases OR (s.cases = $after_cases AND s.serid > $after_id)
WITH s
ORDER BY s.cases DESC, s.serid
LIMIT $limit
RETURN properties(s) AS series, COLLECT {
  MATCH (p)-[x:IN_SERIES]->(s)
  RETURN {eid: p.eid, pid: p.pid, name: p.name, role: x.role, sids: x.sids}
  ORDER BY x.role, coalesce(p.eid, p.pid)
} AS parties
ORDER BY s.cases DESC, s.serid

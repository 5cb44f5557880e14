// purpose: Enterprises in being that were founded before a year ($first_day is its 1 January) and of whose report for
//   the year nothing is known at a point; a list to look at, not one of offenders.
// parameters: year integer, first_day date, states list, seq integer, valid date
// returns: eid, name
MATCH (g:Registration)<-[:SUBJECT_OF]-(e:Enterprise)
WHERE g.known_from <= $seq AND g.known_to > $seq AND g.valid_from <= $valid AND g.valid_to > $valid
  AND g.state IN $states AND g.founded_on < $first_day
  AND NOT EXISTS {
    MATCH (e)-[:SUBJECT_OF]->(r:AnnualReport)
    WHERE r.known_from <= $seq AND r.known_to > $seq AND r.year = $year
  }
RETURN DISTINCT e.eid AS eid, g.name AS name
ORDER BY eid

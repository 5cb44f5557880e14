// purpose: A page of enterprises in the order of their eid, filtered by the cache; a filter that is null does not count.
// parameters: after string, name string, state string, district string, entity_kind string, level string,
//   founded_from date, founded_to date, limit integer
// returns: eid
MATCH (e:Enterprise)
WHERE e.eid > $after AND e.names_text IS NOT NULL
  AND ($name IS NULL OR e.name CONTAINS $name)
  AND ($state IS NULL OR e.state = $state)
  AND ($district IS NULL OR e.district STARTS WITH $district)
  AND ($entity_kind IS NULL OR e.entity_kind = $entity_kind)
  AND ($level IS NULL OR e.level = $level)
  AND ($founded_from IS NULL OR e.founded_on >= $founded_from)
  AND ($founded_to IS NULL OR e.founded_on <= $founded_to)
RETURN e.eid AS eid
ORDER BY e.eid
LIMIT $limit

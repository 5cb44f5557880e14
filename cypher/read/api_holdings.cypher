// purpose: One page of what enterprises or persons (FROM, KEY) hold in the link run, largest share first; TYPE is
//   HOLDS or CONTROLS. A holding that rests on a record under a hold on the channel is left out.
// parameters: keys list, run string, head integer, use date, channel string, after_share integer, after_key string,
//   limit integer
// returns: key, page
// labels: TYPE, FROM, KEY
UNWIND $keys AS wanted
MATCH (o:__FROM__ {__KEY__: wanted})
RETURN wanted AS key, COLLECT {
  MATCH (o)-[x:__TYPE__]->(e:Enterprise)
  WITH x, e, coalesce(x.share_ppm, -1) AS share
  WHERE x.run = $run AND (share < $after_share OR (share = $after_share AND e.eid > $after_key))
    AND NOT EXISTS {
      MATCH (e)-[:SUBJECT_OF]->(h:Hold)
      WHERE h.known_from <= $head AND h.known_to > $head AND h.valid_from <= $use AND h.valid_to > $use
        AND $channel IN split(h.channels, ',')
      MATCH (e)-[:SUBJECT_OF]->(r:Record)
      WHERE r.sid IN x.sids AND r.source = h.held_source AND r.key = h.held_key
        AND (h.event_day IS NULL OR h.event_day = r.valid_from)
    }
  RETURN {other: e.eid, person: false, name: e.name, link: properties(x)}
  ORDER BY share DESC, e.eid
  LIMIT $limit
} AS page

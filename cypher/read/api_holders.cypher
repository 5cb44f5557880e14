// purpose: One page of the holders of companies in the link run, largest share first; TYPE is HOLDS or CONTROLS.
//   A holding that rests on a record under a hold on the channel is left out.
// parameters: keys list, run string, head integer, use date, channel string, after_share integer, after_key string,
//   limit integer
// returns: key, page
// labels: TYPE
UNWIND $keys AS wanted
MATCH (e:Enterprise {eid: wanted})
WITH wanted, e, COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(h:Hold)
  WHERE h.known_from <= $head AND h.known_to > $head AND h.valid_from <= $use AND h.valid_to > $use
    AND $channel IN split(h.channels, ',')
  MATCH (e)-[:SUBJECT_OF]->(r:Record)
  WHERE r.source = h.held_source AND r.key = h.held_key AND (h.event_day IS NULL OR h.event_day = r.valid_from)
  RETURN r.sid
} AS held
RETURN wanted AS key, COLLECT {
  MATCH (e)<-[x:__TYPE__]-(o)
  WITH x, o, coalesce(x.share_ppm, -1) AS share, coalesce(o.eid, o.pid) AS other
  WHERE x.run = $run AND (share < $after_share OR (share = $after_share AND other > $after_key))
    AND NOT any(sid IN x.sids WHERE sid IN held)
  RETURN {other: other, person: o.pid IS NOT NULL, name: o.name, link: properties(x)}
  ORDER BY share DESC, other
  LIMIT $limit
} AS page

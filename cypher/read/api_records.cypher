// purpose: One page of records per enterprise, latest first, without those under a hold on the channel; with the
//   channels on which each is held. $ended: also those whose validity has ended by the day.
// parameters: eids list, kinds list, seq integer, valid date, ended boolean, head integer, use date, channel string,
//   after_day date, after_sid string, limit integer
// returns: eid, page
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})
WITH wanted, e, COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(h:Hold)
  WHERE h.known_from <= $head AND h.known_to > $head AND h.valid_from <= $use AND h.valid_to > $use
  RETURN {source: h.held_source, key: h.held_key, day: h.event_day, channels: split(h.channels, ',')}
} AS holds
RETURN wanted AS eid, COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(r:Record)
  WHERE r.kind IN $kinds AND r.known_from <= $seq AND r.known_to > $seq
    AND r.valid_from <= $valid AND (r.valid_to > $valid OR $ended)
    AND (r.valid_from < $after_day OR (r.valid_from = $after_day AND r.sid > $after_sid))
  WITH r, [h IN holds WHERE h.source = r.source AND h.key = r.key AND (h.day IS NULL OR h.day = r.valid_from)
           | h.channels] AS held
  WHERE NOT any(channels IN held WHERE $channel IN channels)
  RETURN {record: properties(r), held: held}
  ORDER BY r.valid_from DESC, r.sid
  LIMIT $limit
} AS page

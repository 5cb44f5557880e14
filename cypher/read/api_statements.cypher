// purpose: Records by statement id, as known at a seq, without those under a hold on the channel.
// parameters: sids list, seq integer, head integer, use date, channel string
// returns: sid, eid, record, held
UNWIND $sids AS wanted
MATCH (r:Record {sid: wanted})
WHERE r.known_from <= $seq AND r.known_to > $seq
MATCH (r)<-[:SUBJECT_OF]-(e:Enterprise)
WITH wanted, e, r, COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(h:Hold)
  WHERE h.held_source = r.source AND h.held_key = r.key AND (h.event_day IS NULL OR h.event_day = r.valid_from)
    AND h.known_from <= $head AND h.known_to > $head AND h.valid_from <= $use AND h.valid_to > $use
  RETURN split(h.channels, ',')
} AS held
WHERE NOT any(channels IN held WHERE $channel IN channels)
RETURN wanted AS sid, e.eid AS eid, properties(r) AS record, held

// purpose: The records that make up the current view of enterprises, without those under a hold on the channel.
//   An enterprise without any record of the naming kinds is named by whatever speaks of it.
// parameters: eids list, kinds list, seq integer, head integer, use date, channel string, limit integer
// returns: eid, holder_name, records
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})
WITH wanted, e, COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(h:Hold)
  WHERE h.known_from <= $head AND h.known_to > $head AND h.valid_from <= $use AND h.valid_to > $use
    AND $channel IN split(h.channels, ',')
  RETURN {source: h.held_source, key: h.held_key, day: h.event_day}
} AS holds
WITH wanted, e, holds, COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(r:Record)
  WHERE r.known_from <= $seq AND r.known_to > $seq AND r.kind IN $kinds
    AND NOT any(h IN holds WHERE h.source = r.source AND h.key = r.key AND (h.day IS NULL OR h.day = r.valid_from))
  RETURN properties(r)
  LIMIT $limit
} AS naming
RETURN wanted AS eid, e.holder_name AS holder_name, CASE WHEN size(naming) > 0 THEN naming ELSE COLLECT {
  MATCH (e)-[:SUBJECT_OF]->(r:Record)
  WHERE r.known_from <= $seq AND r.known_to > $seq AND r.kind <> 'Hold'
    AND NOT any(h IN holds WHERE h.source = r.source AND h.key = r.key AND (h.day IS NULL OR h.day = r.valid_from))
  RETURN properties(r)
  LIMIT $limit
} END AS records

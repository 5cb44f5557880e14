// purpose: Mentions that a link run takes for the same person as these, either way; one that rests on a record under a
//   hold on the channel is left out.
// parameters: keys list, run string, head integer, use date, channel string
// returns: key, other, name, link
UNWIND $keys AS wanted
MATCH (p:Person {pid: wanted})-[x:SAME_AS]-(o:Person)
WHERE x.run = $run
WITH wanted, x, o, COLLECT {
  UNWIND x.sids AS sid
  MATCH (r:Record {sid: sid})<-[:SUBJECT_OF]-(e:Enterprise)-[:SUBJECT_OF]->(h:Hold)
  WHERE h.held_source = r.source AND h.held_key = r.key
    AND h.known_from <= $head AND h.known_to > $head AND h.valid_from <= $use AND h.valid_to > $use
    AND $channel IN split(h.channels, ',') AND (h.event_day IS NULL OR h.event_day = r.valid_from)
  RETURN sid
} AS held
WHERE size(held) = 0
RETURN wanted AS key, o.pid AS other, o.name AS name, properties(x) AS link
ORDER BY key, other

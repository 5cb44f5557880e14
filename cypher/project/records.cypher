// purpose: Statements of a page of ids that are known at $seq and have begun by $until, packed per record kind;
//   $fields and $days name the properties to take per kind; days come as integers YYYYMMDD, which travel faster.
// parameters: low string, high string, seq integer, until date, fields map, days map
// returns: kind, rows
MATCH (r:Record)
WHERE r.sid >= $low AND r.sid < $high
  AND r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $until
RETURN r.kind AS kind,
       collect([f IN $fields[r.kind] | r[f]]
         + [d IN $days[r.kind] | r[d].year * 10000 + r[d].month * 100 + r[d].day]) AS rows

// purpose: Statements of a kind that are known at $seq, those of a range of ids, packed: one row for all ids that begin
//   with the same $width characters. By label, not by the index on the ids: that is a sixth of the time, as the
//   embedded engine reads in the order in which they lie; the range comes first, as a pass skips most. FIELDS are
//   the properties, in their order.
// parameters: low string, high string, seq integer, width integer
// returns: part, rows
// labels: KIND, FIELDS
MATCH (r:__KIND__)
WHERE r.sid >= $low AND r.sid < $high AND r.known_from <= $seq AND r.known_to > $seq
RETURN substring(r.sid, 0, $width) AS part, collect([r.__FIELDS__]) AS rows

// purpose: Ids, subjects and document numbers of all proceedings known at a seq, and which are open.
// parameters: seq integer
// returns: list_name, procedure, eid, proceeding, numbers, is_open
MATCH (p:Proceeding)
WHERE p.known_from <= $seq AND p.known_to > $seq
RETURN p.list_name AS list_name, p.procedure AS procedure, p.eid AS eid, p.proceeding AS proceeding,
       p.numbers AS numbers, p.is_open AS is_open

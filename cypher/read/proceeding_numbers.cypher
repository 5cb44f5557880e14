// purpose: Ids, subjects and document numbers of all proceedings known at a seq, which are open, what about.
// parameters: seq integer
// returns: list_name, procedure, does, eid, proceeding, numbers, is_open, application, entry_source, entry_key
MATCH (p:Proceeding)
WHERE p.known_from <= $seq AND p.known_to > $seq
RETURN p.list_name AS list_name, p.procedure AS procedure, p.does AS does, p.eid AS eid, p.proceeding AS proceeding,
       p.numbers AS numbers, p.is_open AS is_open, p.application AS application,
       p.entry_source AS entry_source, p.entry_key AS entry_key

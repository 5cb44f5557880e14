// purpose: Enterprises by eid: how they are called.
// parameters: eids list
// returns: eid, name
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})
RETURN e.eid AS eid, coalesce(e.name, e.holder_name) AS name

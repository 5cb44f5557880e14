// purpose: What these enterprises are called, as the cache has it.
// parameters: eids list
// returns: eid, name, code, district
UNWIND $eids AS eid
MATCH (e:Enterprise {eid: eid})
RETURN e.eid AS eid, e.name AS name, e.credit_code AS code, e.district AS district

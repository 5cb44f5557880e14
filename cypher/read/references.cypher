// purpose: What enterprises are called: their names, 组织机构代码 and 注册号.
// parameters: eids list
// returns: eid, names, org_code, number
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})
RETURN e.eid AS eid, e.names_text AS names, e.org_code AS org_code, e.registration_number AS number

// purpose: The enterprises that a code, number or current name means.
// parameters: what string
// returns: eid
MATCH (e:Enterprise {eid: $what})
RETURN e.eid AS eid
UNION
MATCH (e:Enterprise {registration_number: $what})
RETURN e.eid AS eid
UNION
MATCH (e:Enterprise {org_code: $what})
RETURN e.eid AS eid
UNION
MATCH (e:Enterprise {name: $what})
RETURN e.eid AS eid

// purpose: Enterprises by identifier: the possible eids, or the registration number or organisation code.
// parameters: eids list, number string, org string
// returns: eid
UNWIND $eids AS wanted
MATCH (e:Enterprise {eid: wanted})
RETURN e.eid AS eid
UNION
MATCH (e:Enterprise {registration_number: $number})
RETURN e.eid AS eid
UNION
MATCH (e:Enterprise {org_code: $org})
RETURN e.eid AS eid

// purpose: What people decided of any of these persons, whether it stands or was undone.
// parameters: pids list
// returns: sid, eid
MATCH (d:PersonDecision)
WHERE d.person_a IN $pids OR d.person_b IN $pids
RETURN d.sid AS sid, d.eid AS eid
UNION
MATCH (d:ControlDecision)
WHERE d.party_person IN $pids
RETURN d.sid AS sid, d.eid AS eid

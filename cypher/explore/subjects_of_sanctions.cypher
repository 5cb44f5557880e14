// purpose: Who is subject to sanctions (处罚到人、从业禁止、任职限制): persons by name, and the firms beside them.
// parameters:
// returns: label, subject, kind, offices, until
MATCH (r:Sanction)<-[:SUBJECT_OF]-(p:Person)
WHERE r.known_to = 9223372036854775807
RETURN 'Person' AS label, p.name AS subject, r.sanction_kind AS kind, r.offices AS offices, r.valid_to AS until
UNION
MATCH (r:Sanction)<-[:SUBJECT_OF]-(e:Enterprise)
WHERE r.known_to = 9223372036854775807
RETURN 'Enterprise' AS label, e.eid AS subject, r.sanction_kind AS kind, r.offices AS offices, r.valid_to AS until

// purpose: The load that is under way or was interrupted.
// parameters:
// returns: delivery, first_seq
MATCH (s:State {name: 'delivery'})
RETURN s.delivery AS delivery, s.first_seq AS first_seq

// purpose: Whether the engine answers.
// parameters: none
// returns: one
RETURN 1 AS one

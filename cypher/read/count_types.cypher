// purpose: How many relationships there are of each type.
// parameters: none
// returns: type, relationships
MATCH ()-[r]->()
RETURN type(r) AS type, count(*) AS relationships

// purpose: How many statements there are, which decides the number of pages.
// parameters: none
// returns: records
MATCH (r:Record)
RETURN count(r) AS records

// purpose: How many statements of a kind, or of all (Record), there are, which decides in how many passes they are read.
// parameters: none
// returns: records
// labels: KIND
MATCH (r:__KIND__)
RETURN count(r) AS records

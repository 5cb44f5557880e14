// purpose: Relationships of one type between two labels from a backup, into a graph that has none of them.
// parameters: rows list
// returns: none
// labels: TYPE, START, START_KEY, END, END_KEY
UNWIND $rows AS row
MATCH (a:__START__ {__START_KEY__: row.start})
MATCH (b:__END__ {__END_KEY__: row.end})
CREATE (a)-[r:__TYPE__]->(b)
SET r = row.properties

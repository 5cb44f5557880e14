// purpose: Give the writer lock back.
// parameters: owner string
// returns: none
MATCH (l:Lock {name: 'writer'})
WHERE l.owner = $owner
REMOVE l.owner, l.host, l.pid, l.purpose

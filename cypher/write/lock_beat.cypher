// purpose: The heartbeat of the writer lock; no row means that the lock was lost.
// parameters: owner string
// returns: owner
MATCH (l:Lock {name: 'writer'})
WHERE l.owner = $owner
SET l.heartbeat = timestamp()
RETURN l.owner AS owner

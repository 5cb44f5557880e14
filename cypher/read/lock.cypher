// purpose: Who holds the writer lock; age is the time since the last heartbeat in milliseconds.
// parameters: none
// returns: owner, host, pid, purpose, age
MATCH (l:Lock {name: 'writer'})
RETURN l.owner AS owner, l.host AS host, l.pid AS pid, l.purpose AS purpose, timestamp() - l.heartbeat AS age

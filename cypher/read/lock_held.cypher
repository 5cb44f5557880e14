// purpose: Whether we still hold the writer lock; asked in each write transaction under it.
// parameters: owner string
// returns: owner
MATCH (l:Lock {name: 'writer'})
WHERE l.owner = $owner
RETURN l.owner AS owner

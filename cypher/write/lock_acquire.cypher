// purpose: Take the writer lock if it is free, ours, stale, or held by the owner that is known to be dead. The first SET takes
//   the write lock (or provokes the engine's conflict), so that the owner is read only afterwards.
// parameters: owner string, host string, pid integer, purpose string, stale_ms integer, dead string
// returns: owner
MERGE (l:Lock {name: 'writer'})
SET l.touched = timestamp()
WITH l
WHERE l.owner IS NULL OR l.owner = $owner OR l.owner = $dead OR l.heartbeat < timestamp() - $stale_ms
SET l.owner = $owner, l.host = $host, l.pid = $pid, l.purpose = $purpose, l.heartbeat = timestamp()
RETURN l.owner AS owner

// purpose: The next persons by key, from one key on and up to another.
// parameters: after string, before string, size integer
// returns: pid
MATCH (p:Person)
WHERE p.pid > $after AND p.pid < $before
RETURN p.pid AS pid
ORDER BY p.pid
LIMIT $size

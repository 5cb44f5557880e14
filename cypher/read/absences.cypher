// purpose: Awaiting statements of a source at batch $seq.
// parameters: source string, seq integer
// returns: aid, key, scope, as_of
MATCH (a:Absence {source: $source})
WHERE a.known_from < $seq AND a.known_to >= $seq
RETURN a.aid AS aid, a.key AS key, a.scope AS scope, a.as_of AS as_of
ORDER BY a.key

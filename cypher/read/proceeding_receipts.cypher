// purpose: What proceedings known at a seq say of the publication of their entries on GSXT.
// parameters: seq integer
// returns: source, key, number, day
MATCH (p:Proceeding)
WHERE p.known_from <= $seq AND p.known_to > $seq AND p.does IN ['listing', 'restoration']
      AND p.published_on IS NOT NULL AND p.entry_key IS NOT NULL
RETURN p.entry_source AS source, p.entry_key AS key, p.receipt AS number, p.published_on AS day

// purpose: Entries that a proceeding of the bureau has made, or listed again, and whose publication is not recorded at a seq.
// parameters: seq integer
// returns: source, key
MATCH (p:Proceeding)
WHERE p.known_from <= $seq AND p.known_to > $seq AND p.does IN ['listing', 'restoration']
      AND p.entry_source = 'bureau' AND p.published_on IS NULL
RETURN p.entry_source AS source, p.entry_key AS key

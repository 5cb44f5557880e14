// purpose: Statements known at a seq that carry this number of their document.
// parameters: number string, seq integer
// returns: record
MATCH (r:Record {document_number: $number})
WHERE r.known_from <= $seq AND r.known_to > $seq
RETURN properties(r) AS record
ORDER BY r.source, r.key, r.n

// purpose: Statements known at a seq that carry one of these numbers of a document (文号).
// parameters: numbers list, seq integer
// returns: number, record
UNWIND $numbers AS wanted
MATCH (r:Record {document_number: wanted})
WHERE r.known_from <= $seq AND r.known_to > $seq
RETURN wanted AS number, properties(r) AS record
ORDER BY wanted, r.source, r.key, r.n

// purpose: Candidates of a name search from the full-text index over all names, best first.
// parameters: index string, query string, limit integer
// returns: eid, name, names
CALL db.index.fulltext.queryNodes($index, $query) YIELD node
WITH node
LIMIT $limit
RETURN node.eid AS eid, node.name AS name, node.names_text AS names

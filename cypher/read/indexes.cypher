// purpose: Which properties are indexed, and whether the index is ready.
// parameters: none
// returns: labels, properties, state
SHOW INDEXES YIELD labelsOrTypes, properties, state
RETURN labelsOrTypes AS labels, properties, state

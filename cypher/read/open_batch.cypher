// purpose: The batch that was begun and not committed, if any; derived results refuse to start on it.
// parameters:
// returns: bid, seq, path, source, file_sha256, definition_version, delivery
MATCH (b:Batch {state: 'writing'})
RETURN b.bid AS bid, b.seq AS seq, b.path AS path, b.source AS source, b.file_sha256 AS file_sha256,
       b.definition_version AS definition_version, b.delivery AS delivery
ORDER BY b.seq

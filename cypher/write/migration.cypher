// purpose: Record that a migration was applied.
// parameters: number integer, name string, sha256 string
// returns: none
MERGE (m:Migration {number: $number})
SET m.name = $name, m.sha256 = $sha256

// purpose: Remove some relationships: a hub may have more than one transaction can hold.
// parameters: size integer
// returns: removed
MATCH ()-[r]->()
WITH r LIMIT $size
DELETE r
RETURN count(*) AS removed

// purpose: Addresses (住所) that at least $least enterprises share at a point; the hosted ones (集群注册) come first.
// parameters: least integer, seq integer, valid date
// returns: address, enterprises
MATCH (a:Address)<-[l:LOCATED_AT]-(e:Enterprise)
WHERE l.known_from <= $seq AND l.known_to > $seq AND l.valid_from <= $valid AND l.valid_to > $valid
WITH a, count(DISTINCT e) AS enterprises
WHERE enterprises >= $least
RETURN a.text AS address, enterprises
ORDER BY enterprises DESC, address

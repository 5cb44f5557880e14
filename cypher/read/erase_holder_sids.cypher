// purpose: The statements by which these enterprises still are holders of others.
// parameters: keys list
// returns: key, sids
UNWIND $keys AS wanted
MATCH (n:Enterprise {eid: wanted})-[x:CONTRIBUTES]->(:Enterprise)
RETURN wanted AS key, collect(x.sid) AS sids

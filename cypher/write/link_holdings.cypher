// purpose: Derived relationships from a holder to a company (HOLDS, CONTROLS) of one run; TYPE is the relationship,
//   FROM and KEY the holder's label and key. The company stands on the left: a holder may have thousands.
// parameters: rows list, run string
// returns:
// labels: TYPE, FROM, KEY
UNWIND $rows AS row
MATCH (e:Enterprise {eid: row.eid})
MATCH (h:__FROM__ {__KEY__: row.holder})
MERGE (e)<-[x:__TYPE__ {run: $run}]-(h)
SET x += row.props

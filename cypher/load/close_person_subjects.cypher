// purpose: Close the relationships of closed statements to the persons whom they are about.
// parameters: rows list, seq integer
// returns:
UNWIND $rows AS row
MATCH (r:Record {sid: row.sid})<-[x:SUBJECT_OF]-(:Person)
SET x.known_to = $seq

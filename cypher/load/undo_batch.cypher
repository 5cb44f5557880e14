// purpose: Remove the node of a batch that was never committed.
// parameters: bid string
// returns:
MATCH (b:Batch {bid: $bid})
DETACH DELETE b

// By height, or by hash.

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":["1"]}
<< {"jsonrpc":"2.0","id":1,"result":{"hash":"{{hash}}","header":{"version":1,"epoch":"0","height":"1","proposer":1,"timeMilliseconds":"1700000001000","floor":"1","cost":"10000","price":"200","shares":5,"transactionCount":2,"logSize":"2","...":"*"},"headerBytes":"*","transactions":["{{settled}}","{{settled2}}"],"evidence":[],"justification":{"kind":"finalization","view":"1","parentView":"0","signers":[0,1,3],"nullifiedViews":[]},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"hash":"{{hash}}","transactions":"none"}}
<< {"jsonrpc":"2.0","id":1,"result":{"hash":"{{hash}}","header":{"version":1,"epoch":"0","height":"1","proposer":1,"timeMilliseconds":"1700000001000","floor":"1","cost":"10000","price":"200","shares":5,"transactionCount":2,"logSize":"2","...":"*"},"headerBytes":"*","evidence":[],"justification":{"kind":"finalization","view":"1","parentView":"0","signers":[0,1,3],"nullifiedViews":[]},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

// Block 0: nobody voted for it, so there is no justification.

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"0"}}
<< {"jsonrpc":"2.0","id":1,"result":{"hash":"{{genesisHash}}","header":{"height":"0","parent":"{{network}}","logSize":"0","...":"*"},"headerBytes":"*","transactions":[],"evidence":[],"justification":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"hash":"{{genesisHash}}","transactions":"none"}}
<< {"jsonrpc":"2.0","id":1,"result":{"hash":"{{genesisHash}}","header":{"height":"0","...":"*"},"headerBytes":"*","evidence":[],"justification":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

// Headers in a row, block 0 among them; in the order oldest there is always a cursor, since more blocks will come.

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":{}}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[{"hash":"{{hash}}","header":{"height":"{{height}}","parent":"{{genesisHash}}","...":"*"}},{"hash":"{{genesisHash}}","header":{"height":"0","parent":"{{network}}","transactionCount":0,"...":"*"}}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":{"limit":1}}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[{"hash":"{{hash}}","header":{"height":"{{height}}","parent":"{{genesisHash}}","...":"*"}}],"cursor":"{{height}}","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":["{{height}}",1]}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[{"hash":"{{genesisHash}}","header":{"height":"0","parent":"{{network}}","transactionCount":0,"...":"*"}}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":{"cursor":"0"}}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":{"order":"oldest"}}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[{"hash":"{{genesisHash}}","header":{"height":"0","parent":"{{network}}","transactionCount":0,"...":"*"}},{"hash":"{{hash}}","header":{"height":"{{height}}","parent":"{{genesisHash}}","...":"*"}}],"cursor":"{{height}}","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":[null,1,"oldest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[{"hash":"{{genesisHash}}","header":{"height":"0","parent":"{{network}}","transactionCount":0,"...":"*"}}],"cursor":"0","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":["0",null,"oldest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[{"hash":"{{hash}}","header":{"height":"{{height}}","parent":"{{genesisHash}}","...":"*"}}],"cursor":"{{height}}","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":["{{height}}",null,"oldest"]}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[],"cursor":"{{height}}","at":{"height":"{{height}}","hash":"{{hash}}"}}}

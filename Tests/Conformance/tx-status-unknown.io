// How far back this node's history goes.

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"id":"{{id.10}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"unknown","historyFrom":"0","at":{"height":"{{height}}","hash":"{{hash}}"}}}

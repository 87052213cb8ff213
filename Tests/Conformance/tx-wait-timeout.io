// Without a verdict: what is known at the end.

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":20}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"unknown","historyFrom":"0","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":["{{tx.10}}",null,null,0]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"pending","at":{"height":"{{height}}","hash":"{{hash}}"}}}

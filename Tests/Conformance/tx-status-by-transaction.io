// By the bytes.

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":["{{settledTx}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{settled}}","status":"final","height":"1","index":0,"price":"200","fee":"400","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":[{{json.10}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"pending","at":{"height":"{{height}}","hash":"{{hash}}"}}}

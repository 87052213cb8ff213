// A verdict comes at once.

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{settled}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{settled}}","status":"final","height":"1","index":0,"price":"200","fee":"400","at":{"height":"{{height}}","hash":"{{hash}}"}}}

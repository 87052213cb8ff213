// By id.

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"id":"{{settled}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{settled}}","status":"final","height":"1","index":0,"price":"200","fee":"400","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"id":"{{settled2}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{settled2}}","status":"final","height":"1","index":1,"price":"200","fee":"600","at":{"height":"{{height}}","hash":"{{hash}}"}}}

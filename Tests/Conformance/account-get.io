// Balance, number, and the block it was read at.

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["{{alice}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","open":true,"number":"1","balance":"999350","at":{"height":"{{height}}","hash":"{{hash}}"}}}

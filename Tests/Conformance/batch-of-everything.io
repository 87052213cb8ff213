// Methods mix in a batch; the waits run side by side from its arrival.

>> [{"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":50}},{"jsonrpc":"2.0","id":2,"method":"tx_wait","params":{"id":"{{id.11}}","timeoutMilliseconds":50}},{"jsonrpc":"2.0","id":3,"method":"account_get","params":["{{bob}}"]}]
<< [{"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"unknown","historyFrom":"0","at":{"height":"{{height}}","hash":"{{hash}}"}}},{"jsonrpc":"2.0","id":2,"result":{"id":"{{id.11}}","status":"unknown","historyFrom":"0","at":{"height":"{{height}}","hash":"{{hash}}"}}},{"jsonrpc":"2.0","id":3,"result":{"account":"{{bob}}","open":true,"number":"2","balance":"*","at":{"height":"{{height}}","hash":"{{hash}}"}}}]

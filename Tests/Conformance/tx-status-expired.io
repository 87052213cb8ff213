// Certain only when validUntil is the signed one, so it is echoed.

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":[null,"{{id.10}}","1700000000500"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"expired","validUntil":"1700000000500","at":{"height":"{{height}}","hash":"{{hash}}"}}}

// A verdict that echoes validUntil.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{tx.14}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.14}}","status":"expired","validUntil":"1700000060000"}}

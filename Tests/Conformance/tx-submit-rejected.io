// A verdict: it never settles.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{tx.13}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.13}}","status":"rejected","reason":"nonceUsed","message":"*","facts":{"by":"{{settled}}"}}}

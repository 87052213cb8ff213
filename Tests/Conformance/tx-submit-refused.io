// A local answer: retryable, with the same bytes.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{tx.11}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.11}}","status":"refused","reason":"busy","retryable":true,"message":"*"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{tx.12}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.12}}","status":"refused","reason":"insufficientFunds","retryable":true,"message":"*","facts":{"balance":"5","wanted":"401"}}}

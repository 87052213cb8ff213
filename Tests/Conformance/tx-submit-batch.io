// One result each, in their order.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":{"transactions":["{{tx.10}}",{{json.11}},"{{badSignatureTx}}"]}}
<< {"jsonrpc":"2.0","id":1,"result":{"results":[{"id":"{{id.10}}","status":"pending"},{"id":"{{id.11}}","status":"refused","reason":"busy","retryable":true,"message":"*"},{"id":null,"status":"rejected","reason":"signatureInvalid","message":"*"}]}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":[[]]}
<< {"jsonrpc":"2.0","id":1,"result":{"results":[]}}

// A foreign transaction between others keeps its place.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":[["{{tx.11}}",{{json.elsewhere}},"{{tx.10}}"]]}
<< {"jsonrpc":"2.0","id":1,"result":{"results":[{"id":"{{id.11}}","status":"refused","reason":"busy","retryable":true,"message":"*"},{"id":null,"status":"rejected","reason":"wrongNetwork","message":"*","facts":"*"},{"id":"{{id.10}}","status":"pending"}]}}

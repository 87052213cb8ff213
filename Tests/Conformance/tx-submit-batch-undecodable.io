// One that does not decode refuses the whole batch, and says which.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":[["{{tx.10}}","00"]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0][1]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":{"transactions":"{{tx.10}}"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transactions"}}}

// What does not decode is no transaction: the node makes no statement.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["zz"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["0"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[""]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{tx.10}}00"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{TX.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[7]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[[]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{"transaction":{}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.payer"}}}

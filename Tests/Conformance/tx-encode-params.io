// Another network is refused here: there is nothing to sign for this one.

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":{}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transaction"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":[null]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transaction"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":[{{draft.elsewhere}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":[{{json.amountNumber}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.action.pay[0].amount"}}}

// Exactly the members of the form, in base units.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.fee}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.fee"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.amountNumber}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.action.pay[0].amount"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.amountFraction}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.action.pay[0].amount"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.amountExponent}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.action.pay[0].amount"}}}

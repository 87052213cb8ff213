// What the method needs is missing, or null.

>> {"jsonrpc":"2.0","id":1,"method":"account_get"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":{}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":[null]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":{"transaction":null}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transaction"}}}

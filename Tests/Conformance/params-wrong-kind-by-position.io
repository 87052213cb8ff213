// The path of a value by position.

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":[7]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":[1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

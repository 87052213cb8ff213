// More values than the method takes.

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["{{alice}}",1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params"}}}

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":[null]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params"}}}

// A name that the method does not take.

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":{"account":"{{alice}}","acount":"x"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.acount"}}}

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":{"x":1}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.x"}}}

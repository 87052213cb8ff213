// A call that ends early.

>> {"jsonrpc":"2.0","id":1,"method"
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

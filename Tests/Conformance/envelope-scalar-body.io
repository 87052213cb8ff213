// A body that is JSON and no call.

>> null
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> 1
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> "x"
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> true
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

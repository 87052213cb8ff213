// Without a method it is no request; the id is echoed.

>> {"jsonrpc":"2.0","id":1}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

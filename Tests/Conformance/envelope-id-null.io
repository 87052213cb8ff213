// An explicit null is an id: the call is answered.

>> {"jsonrpc":"2.0","id":null,"method":"nothing"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

// Params are an array or an object.

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":"bar"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":1}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":true}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

// Method names are compared to the letter.

>> {"jsonrpc":"2.0","id":1,"method":"nothing"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":""}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"Network_info"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"network_info "}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"rpc.methods"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"rpc.anything"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1,"method":"admin_stop"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

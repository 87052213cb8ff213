// The same token comes back, to the last digit.

>> {"jsonrpc":"2.0","id":1420907844867396244,"method":"nothing"}
<< {"jsonrpc":"2.0","id":1420907844867396244,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":18446744073709551616,"method":"nothing"}
<< {"jsonrpc":"2.0","id":18446744073709551616,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":-0,"method":"nothing"}
<< {"jsonrpc":"2.0","id":-0,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1.0,"method":"nothing"}
<< {"jsonrpc":"2.0","id":1.0,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":1e2,"method":"nothing"}
<< {"jsonrpc":"2.0","id":1e2,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"nothing"}
<< {"jsonrpc":"2.0","id":123456789012345678901234567890,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":"1","method":"nothing"}
<< {"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":"","method":"nothing"}
<< {"jsonrpc":"2.0","id":"","error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":"a\u00e9\ud83d\ude00\n","method":"nothing"}
<< {"jsonrpc":"2.0","id":"a\u00e9\ud83d\ude00\n","error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

>> {"jsonrpc":"2.0","id":0,"method":"nothing"}
<< {"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

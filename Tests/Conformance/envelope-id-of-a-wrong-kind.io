// An id is a string, a number or null.

>> {"jsonrpc":"2.0","id":{},"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":[],"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":true,"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":{"a":1},"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

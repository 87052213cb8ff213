// The version is the string 2.0; the id is echoed.

>> {"id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.1","id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":2.0,"id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"1.0","id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":null,"id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

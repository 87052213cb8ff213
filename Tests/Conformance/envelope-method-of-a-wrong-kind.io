// The specification's example, and others.

>> {"jsonrpc":"2.0","method":1,"params":"bar"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":3,"method":null}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

>> {"jsonrpc":"2.0","id":3,"method":["network_info"]}
<< {"jsonrpc":"2.0","id":3,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}

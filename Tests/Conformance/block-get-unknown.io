// Not final here, or not yet.

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"2"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1000,"message":"*","data":{"reason":"blockUnknown","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"hash":"0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1000,"message":"*","data":{"reason":"blockUnknown","retryable":true}}}

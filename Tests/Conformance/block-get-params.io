// A height or a hash; one of three words.

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"1","hash":"{{hash}}"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.hash"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"transactions":"all"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transactions"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"hash":"1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.hash"}}}

// Limits are JSON numbers from 1 to 1,000.

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":["x"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":[1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":[null,0]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[1]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":{"limit":1001}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.limit"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_list","params":{"order":"desc"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.order"}}}

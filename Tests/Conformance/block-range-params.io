// Block 0 is in no range: it follows from the genesis file. Limits are JSON numbers from 1 to 1,000.

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":{}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.from"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":{"from":"0"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.from"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":[1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":["1",0]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[1]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":{"from":"1","limit":1001}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.limit"}}}

// A number of milliseconds up to 30,000.

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":30001}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.timeoutMilliseconds"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":-1}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.timeoutMilliseconds"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":1.5}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.timeoutMilliseconds"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":"20"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.timeoutMilliseconds"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":1e3}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.timeoutMilliseconds"}}}

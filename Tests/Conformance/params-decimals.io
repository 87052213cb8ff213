// A 64-bit number is a decimal string in its one spelling.

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":1}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"01"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"-1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"+1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":" 1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"1 "}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"1.0"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"1e2"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"0x1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":""}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"18446744073709551616"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"100000000000000000000"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":true}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":[]}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_get","params":{"height":"\u0661"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.height"}}}

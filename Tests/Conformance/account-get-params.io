// Accounts are bech32m under the network's prefix, in lower case.

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":[""]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["far1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["{{ALICE}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["{{alice}}q"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["x{{alice}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":["{{hash}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

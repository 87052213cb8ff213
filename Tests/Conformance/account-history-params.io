// A cursor is one that this method answered for this account.

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{ALICE}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}","7"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[1]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",7]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[1]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","cursor":"0000000000000000000000ff"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.cursor"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,0]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[2]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,1001]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[2]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,"5"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[2]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,null,"both"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[3]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,null,null,"coffee"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[4]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,null,null,null,1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params"}}}

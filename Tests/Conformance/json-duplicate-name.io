// A name twice is refused at every level, escapes undone: two readers could read two things.

>> {"jsonrpc":"2.0","id":1,"id":2,"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"duplicateName","retryable":false,"...":"*"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":{"account":"{{alice}}","\u0061ccount":"{{bob}}"}}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"duplicateName","retryable":false,"...":"*"}}}

// A NUL byte after the value.

>x 7b226a736f6e727063223a22322e30222c226964223a312c226d6574686f64223a226e6574776f726b5f696e666f227d00
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

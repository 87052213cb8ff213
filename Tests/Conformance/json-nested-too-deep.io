// Seventeen levels are one too many; sixteen in the params of an unknown method are fine.

>> [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

>> {"jsonrpc":"2.0","id":1,"method":"nothing","params":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

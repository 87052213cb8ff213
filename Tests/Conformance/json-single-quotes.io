// Only double quotes.

>> {'jsonrpc':'2.0'}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

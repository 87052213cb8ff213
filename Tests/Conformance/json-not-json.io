// Not JSON: one error, id null.

>> hello
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":1,"column":1,"offset":0}}}

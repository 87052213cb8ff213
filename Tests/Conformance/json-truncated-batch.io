// The specification's example of a broken batch.

>> [{"jsonrpc":"2.0","method":"sum","params":[1,2,4],"id":"1"},{"jsonrpc":"2.0","method"]
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

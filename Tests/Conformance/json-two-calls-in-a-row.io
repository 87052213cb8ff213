// Two calls without a batch around them.

>> {"jsonrpc":"2.0","id":1,"method":"network_info"}{"jsonrpc":"2.0","id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

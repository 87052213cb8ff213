// Half of a surrogate pair.

>> {"jsonrpc":"2.0","id":"\ud800","method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

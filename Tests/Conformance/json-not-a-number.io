// NaN and Infinity are not JSON.

>> {"jsonrpc":"2.0","id":NaN,"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

>> {"jsonrpc":"2.0","id":Infinity,"method":"network_info"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":"*","column":"*","offset":"*"}}}

// Calls, a notification and junk: no entry for the notification, order kept.

>> [{"jsonrpc":"2.0","id":"a","method":"nothing"},{"jsonrpc":"2.0","method":"network_info"},7,{"jsonrpc":"2.0","id":"b","method":"network_info"},{"foo":"boo"}]
<< [{"jsonrpc":"2.0","id":"a","error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}},{"jsonrpc":"2.0","id":"b","result":{"network":"*","...":"*"}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}]

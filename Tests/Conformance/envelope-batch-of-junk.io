// Each element that is no call is answered on its own.

>> [1,2,3]
<< [{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}]

>> [null]
<< [{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}]

>> [[]]
<< [{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"*","data":{"reason":"invalidRequest","retryable":false}}}]

// The transaction, or its id: one of the two.

>> {"jsonrpc":"2.0","id":1,"method":"tx_status"}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"transaction":"{{tx.10}}","id":"{{id.10}}"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"transaction":"{{tx.10}}","validUntil":"1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.validUntil"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"id":"abc"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"id":"{{ID.10}}"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":{"validUntil":"1"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

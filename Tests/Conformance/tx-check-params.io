// Hex of canonical bytes, signed or not, or an object; nothing else.

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":{}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transaction"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.transaction"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[7]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["00"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{bare.10}}00"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{TX.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{{json.fee}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.fee"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{"transaction":{}}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0].transaction.payer"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":{"transaction":"{{tx.10}}","signed":true}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.signed"}}}

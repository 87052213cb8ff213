// One settled transaction and what shows it to be final.

>> {"jsonrpc":"2.0","id":1,"method":"tx_receipt","params":{"id":"{{settled2}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"receipt":{"format":"farthing/receipt/v1","network":"{{network}}","id":"{{settled2}}","fee":"*","transaction":"*","authorization":"*","logIndex":"1","inclusionPath":["*"],"headers":["*"],"finalization":"*","changes":[]},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_receipt","params":["{{settled2}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"receipt":{"format":"farthing/receipt/v1","network":"{{network}}","id":"{{settled2}}","fee":"*","transaction":"*","authorization":"*","logIndex":"1","inclusionPath":["*"],"headers":["*"],"finalization":"*","changes":[]},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_receipt","params":["{{id.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1001,"message":"*","data":{"reason":"transactionNotFinal","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_receipt","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_receipt","params":["{{ID.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_receipt","params":["{{tx.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

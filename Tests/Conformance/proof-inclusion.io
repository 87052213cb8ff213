// The log of all transactions holds a settled one.

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":{"id":"{{settled2}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"proof":{"format":"farthing/proof/v1","network":"{{network}}","kind":"inclusion","transaction":"*","authorization":"*","logIndex":"1","path":["*"],"head":{"headers":["*"],"finalization":"*"}},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":["{{settled2}}","{{height}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"proof":{"format":"farthing/proof/v1","network":"{{network}}","kind":"inclusion","transaction":"*","authorization":"*","logIndex":"1","path":["*"],"head":{"headers":["*"],"finalization":"*"}},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":["{{settled2}}","7"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1000,"message":"*","data":{"reason":"blockUnknown","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":["{{id.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1001,"message":"*","data":{"reason":"transactionNotFinal","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.id"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":["{{ID.10}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_inclusion","params":["{{settled2}}",1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[1]"}}}

// The final state holds an account with its balance; that nobody has opened one cannot be proven.

>> {"jsonrpc":"2.0","id":1,"method":"proof_balance","params":{"account":"{{bob}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"proof":{"format":"farthing/proof/v1","network":"{{network}}","kind":"balance","account":"{{bob}}","balance":"*","number":"2","accounts":"*","path":["*","*","*"],"head":{"headers":["*"],"finalization":"*"}},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_balance","params":["{{dave}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1002,"message":"*","data":{"reason":"accountUnknown","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_balance","params":["{{ALICE}}"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_balance","params":[]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

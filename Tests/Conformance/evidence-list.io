// Two votes that contradict each other, as a file.

>> {"jsonrpc":"2.0","id":1,"method":"evidence_list","params":{}}
<< {"jsonrpc":"2.0","id":1,"result":{"evidence":[{"epoch":"0","view":"1","signer":1,"onChain":false,"file":{"format":"farthing/evidence/v1","network":"{{network}}","kind":"votes","first":"*","second":"*"}}],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"evidence_list","params":[1]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params"}}}

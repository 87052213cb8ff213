// The log at one block begins with the log at an earlier one, or at the same.

>> {"jsonrpc":"2.0","id":1,"method":"proof_consistency","params":{"oldHeight":"{{height}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"proof":{"format":"farthing/proof/v1","network":"{{network}}","kind":"consistency","old":{"headers":["*"],"finalization":"*"},"new":{"headers":["*"],"finalization":"*"},"path":[]},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_consistency","params":["{{height}}","{{height}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"proof":{"format":"farthing/proof/v1","network":"{{network}}","kind":"consistency","old":{"headers":["*"],"finalization":"*"},"new":{"headers":["*"],"finalization":"*"},"path":[]},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_consistency","params":["7"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1000,"message":"*","data":{"reason":"blockUnknown","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_consistency","params":["0"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1000,"message":"*","data":{"reason":"blockUnknown","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_consistency","params":["2","1"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[1]"}}}

>> {"jsonrpc":"2.0","id":1,"method":"proof_consistency","params":{}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.oldHeight"}}}

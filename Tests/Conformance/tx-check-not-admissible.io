// What a submission would be answered; a bad signature counts only where there is one.

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{badSignatureTx}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":null,"signed":true,"status":"rejected","reason":"signatureInvalid","message":"*","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{{draft.12}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.12}}","signed":false,"status":"refused","reason":"insufficientFunds","retryable":true,"message":"*","facts":{"balance":"5","wanted":"401"},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{tx.13}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.13}}","signed":true,"status":"rejected","reason":"nonceUsed","message":"*","facts":{"by":"{{settled}}"},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{{draft.14}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.14}}","signed":false,"status":"expired","validUntil":"1700000060000","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{settledTx}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{settled}}","signed":true,"status":"final","height":"{{height}}","index":0,"price":"*","fee":"*","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{{draft.elsewhere}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":null,"signed":false,"status":"rejected","reason":"wrongNetwork","message":"*","facts":{"network":"0000000000000000000000000000000000000000000000000000000000000000"},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

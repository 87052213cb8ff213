// Sent again after it settled: the verdict.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{settledTx}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{settled}}","status":"final","height":"1","index":0,"price":"200","fee":"400"}}

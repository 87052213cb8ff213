// Taken: it waits for a block. By position and by name.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{tx.10}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"pending"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":{"transaction":"{{tx.10}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"pending"}}

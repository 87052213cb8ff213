// The JSON form is encoded by the node: the same transaction, the same id.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.10}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"pending"}}

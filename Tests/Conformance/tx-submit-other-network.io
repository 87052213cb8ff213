// The JSON form may say what network it is meant for.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.elsewhere}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":null,"status":"rejected","reason":"wrongNetwork","message":"*","facts":{"network":"0000000000000000000000000000000000000000000000000000000000000000"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":[{{json.here}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","status":"pending"}}

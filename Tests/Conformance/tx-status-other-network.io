// The form names another network.

>> {"jsonrpc":"2.0","id":1,"method":"tx_status","params":[{{json.elsewhere}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":null,"status":"rejected","reason":"wrongNetwork","message":"*","facts":"*","at":{"height":"{{height}}","hash":"{{hash}}"}}}

// Only these bytes are judged, so there is no id.

>> {"jsonrpc":"2.0","id":1,"method":"tx_submit","params":["{{badSignatureTx}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":null,"status":"rejected","reason":"signatureInvalid","message":"*"}}

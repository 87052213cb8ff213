// Params of null are taken as absent.

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":null}
<< {"jsonrpc":"2.0","id":1,"result":{"network":"*","...":"*"}}

// Members that JSON-RPC does not know are ignored.

>> {"jsonrpc":"2.0","id":1,"method":"network_info","meta":{"trace":"7"}}
<< {"jsonrpc":"2.0","id":1,"result":{"network":"*","...":"*"}}

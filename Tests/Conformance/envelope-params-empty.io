// Nothing by position, nothing by name.

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"network":"*","...":"*"}}

>> {"jsonrpc":"2.0","id":1,"method":"network_info","params":{}}
<< {"jsonrpc":"2.0","id":1,"result":{"network":"*","...":"*"}}

// The interface as an OpenRPC document.

>> {"jsonrpc":"2.0","id":1,"method":"rpc.discover"}
<< {"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.3.2","info":{"title":"Farthing","version":"*","description":"*"},"methods":"*","components":{"schemas":"*"}}}

>> {"jsonrpc":"2.0","id":1,"method":"rpc.discover","params":[]}
<< {"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.3.2","...":"*"}}

>> {"jsonrpc":"2.0","id":1,"method":"rpc.discover","params":["all"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params"}}}


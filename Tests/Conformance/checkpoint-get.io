// Where log and chain stand, signed by the node.

>> {"jsonrpc":"2.0","id":1,"method":"checkpoint_get","params":{}}
<< {"jsonrpc":"2.0","id":1,"result":{"note":"*","height":"{{height}}","hash":"{{hash}}","logSize":"2","logRoot":"*","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"checkpoint_get","params":["{{height}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"note":"*","height":"{{height}}","hash":"{{hash}}","logSize":"2","logRoot":"*","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"checkpoint_get","params":["7"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1000,"message":"*","data":{"reason":"blockUnknown","retryable":true}}}

>> {"jsonrpc":"2.0","id":1,"method":"checkpoint_get","params":["07"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params[0]"}}}

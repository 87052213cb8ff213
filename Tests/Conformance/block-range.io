// Whole blocks in bytes with their justifications, from 1 on; none above the head.

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":{"from":"1"}}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":["{{blockBytes}}"],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":["{{height}}",1]}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":["{{blockBytes}}"],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"block_range","params":{"from":"18446744073709551615"}}
<< {"jsonrpc":"2.0","id":1,"result":{"blocks":[],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

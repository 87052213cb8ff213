// What a transaction would take and leave; without a signature too, by name and by position.

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":{"transaction":{{draft.10}}}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signed":false,"status":"admissible","shares":"2","price":{"now":"50","atMost":"200"},"fee":{"now":"100","atMost":"400"},"balance":"1401","reserved":"1000","remains":{"now":"300","atLeast":"0"},"empties":true,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{{draft.10}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signed":false,"status":"admissible","shares":"2","price":{"now":"50","atMost":"200"},"fee":{"now":"100","atMost":"400"},"balance":"1401","reserved":"1000","remains":{"now":"300","atLeast":"0"},"empties":true,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{bare.10}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signed":false,"status":"admissible","shares":"2","price":{"now":"50","atMost":"200"},"fee":{"now":"100","atMost":"400"},"balance":"1401","reserved":"1000","remains":{"now":"300","atLeast":"0"},"empties":true,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":[{{json.10}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signed":true,"status":"admissible","shares":"2","price":{"now":"50","atMost":"200"},"fee":{"now":"100","atMost":"400"},"balance":"1401","reserved":"1000","remains":{"now":"300","atLeast":"0"},"empties":true,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_check","params":["{{tx.10}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signed":true,"status":"admissible","shares":"2","price":{"now":"50","atMost":"200"},"fee":{"now":"100","atMost":"400"},"balance":"1401","reserved":"1000","remains":{"now":"300","atLeast":"0"},"empties":true,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

// The id and what is signed: farthing/signature/v1, a zero byte, the id.

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":{"transaction":{{draft.10}}}}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signingBytes":"{{signing.10}}"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":[{{draft.10}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signingBytes":"{{signing.10}}"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":["{{bare.10}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signingBytes":"{{signing.10}}"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":[{{json.10}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signingBytes":"{{signing.10}}"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":[{{json.here}}]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signingBytes":"{{signing.10}}"}}

>> {"jsonrpc":"2.0","id":1,"method":"tx_encode","params":["{{badSignatureTx}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"id":"{{id.10}}","signingBytes":"{{signing.10}}"}}

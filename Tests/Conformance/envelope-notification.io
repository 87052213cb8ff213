// A notification is never answered, not even with an error.

>> {"jsonrpc":"2.0","method":"network_info"}
!! 204

>> {"jsonrpc":"2.0","method":"nothing"}
!! 204

>> {"jsonrpc":"2.0","method":"tx_submit","params":["{{tx.10}}"]}
!! 204

>> {"jsonrpc":"2.0","method":"tx_submit","params":[]}
!! 204

>> {"jsonrpc":"2.0","method":"tx_wait","params":{"id":"{{id.10}}","timeoutMilliseconds":30000}}
!! 204

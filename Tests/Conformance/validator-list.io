// In the order of their indexes.

>> {"jsonrpc":"2.0","id":1,"method":"validator_list"}
<< {"jsonrpc":"2.0","id":1,"result":{"epoch":"0","quorum":3,"validators":[{"index":0,"validator":{"name":"amsel","consensusKey":"*","nodeKey":"*","noteKey":"*","payoutAccount":"*"},"connected":true},{"index":1,"validator":{"name":"buchfink","consensusKey":"*","nodeKey":"*","noteKey":"*","payoutAccount":"*"},"connected":true},{"index":2,"validator":{"name":"dohle","consensusKey":"*","nodeKey":"*","noteKey":"*","payoutAccount":"*"},"connected":true},{"index":3,"validator":{"name":"elster","consensusKey":"*","nodeKey":"*","noteKey":"*","payoutAccount":"*"},"connected":false}],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

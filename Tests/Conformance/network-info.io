// What a client must know before it signs.

>> {"jsonrpc":"2.0","id":1,"method":"network_info"}
<< {"jsonrpc":"2.0","id":1,"result":{"network":"{{network}}","genesisTimeMilliseconds":"1700000000000","supply":"2000000","parameters":{"unit":"unit","decimals":"6","accountPrefix":"far","priceCap":"200","maxLifetime":"300000","...":"*"},"limits":{"bodyBytes":4194304,"batch":100,"transactions":4096,"waitMilliseconds":30000},"at":{"height":"{{height}}","hash":"{{hash}}"}}}

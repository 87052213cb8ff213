// The price, the floor, and what would have settled in time.

>> {"jsonrpc":"2.0","id":1,"method":"fee_quote"}
<< {"jsonrpc":"2.0","id":1,"result":{"price":"200","floor":"1","cap":"200","median":"200","percentile90":"200","blocks":1,"pool":"1000","pendingTransactions":3,"suggestions":[{"horizon":"nextBlock","maxPrice":"200","observed":{"transactions":"2","madeIt":"2"}},{"horizon":"10s","maxPrice":"200","observed":{"transactions":"2","madeIt":"2"}},{"horizon":"60s","maxPrice":"200","observed":{"transactions":"2","madeIt":"2"}}],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

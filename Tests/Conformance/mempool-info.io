// Levels from the highest price down: each holds what would pay from `from` up to its double.

>> {"jsonrpc":"2.0","id":1,"method":"mempool_info"}
<< {"jsonrpc":"2.0","id":1,"result":{"transactions":3,"bytes":495,"bytesMax":67108864,"shares":"7","oldestMilliseconds":"250","levels":[{"from":"256","transactions":1,"bytes":165,"shares":"2"},{"from":"64","transactions":2,"bytes":330,"shares":"5"}],"at":{"height":"{{height}}","hash":"{{hash}}"}}}

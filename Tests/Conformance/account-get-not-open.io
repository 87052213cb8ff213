// Nobody has opened it: no number, nothing on it.

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":{"account":"far1d5v7xdqcmzpa3ck2prcxx8vu9knkrhrstgtp9nw3e8zukhyzxyzsvxj7ey"}}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"*","data":{"reason":"invalidParams","retryable":false,"path":"params.account"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_get","params":{"account":"{{dave}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{dave}}","open":false,"number":null,"balance":"0","at":{"height":"{{height}}","hash":"{{hash}}"}}}

// Nothing at all is not JSON either.

>> 
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"*","data":{"reason":"parseError","retryable":false,"line":1,"column":1,"offset":0}}}

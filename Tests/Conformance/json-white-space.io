// White space around tokens is fine, and so is a line feed at the end.

>>   { "jsonrpc" : "2.0" ,	"id" : 1, "method" : "nothing" } 
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"*","data":{"reason":"methodNotFound","retryable":false}}}

// By direction, by reference, or both.

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","direction":"out"}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"fee","direction":"out","amount":"400","counterparty":"{{pool}}","reference":"","id":"{{settled}}","height":"{{height}}","index":0,"payment":null,"timeMilliseconds":"1700000001000","balance":"999350"},{"kind":"payment","direction":"out","amount":"250","counterparty":"{{bob}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"999750"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","direction":"in"}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"genesis","direction":"in","amount":"1000000","counterparty":null,"reference":"","id":null,"height":"0","index":null,"payment":null,"timeMilliseconds":"1700000000000","balance":"1000000"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","reference":"636f66666565"}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"payment","direction":"out","amount":"250","counterparty":"{{bob}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"999750"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}",null,null,"in","636f66666565"]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{bob}}",null,null,"in","636f66666565"]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{bob}}","items":[{"kind":"payment","direction":"in","amount":"250","counterparty":"{{alice}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"1000250"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

// Newest first; each item has the balance after it, so that anybody can add up.

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"fee","direction":"out","amount":"400","counterparty":"{{pool}}","reference":"","id":"{{settled}}","height":"{{height}}","index":0,"payment":null,"timeMilliseconds":"1700000001000","balance":"999350"},{"kind":"payment","direction":"out","amount":"250","counterparty":"{{bob}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"999750"},{"kind":"genesis","direction":"in","amount":"1000000","counterparty":null,"reference":"","id":null,"height":"0","index":null,"payment":null,"timeMilliseconds":"1700000000000","balance":"1000000"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","limit":1000}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"fee","direction":"out","amount":"400","counterparty":"{{pool}}","reference":"","id":"{{settled}}","height":"{{height}}","index":0,"payment":null,"timeMilliseconds":"1700000001000","balance":"999350"},{"kind":"payment","direction":"out","amount":"250","counterparty":"{{bob}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"999750"},{"kind":"genesis","direction":"in","amount":"1000000","counterparty":null,"reference":"","id":null,"height":"0","index":null,"payment":null,"timeMilliseconds":"1700000000000","balance":"1000000"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{dave}}"]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{dave}}","items":[],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

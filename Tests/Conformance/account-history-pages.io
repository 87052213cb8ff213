// The item at the cursor is not given again; the last page has no cursor.

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","limit":1}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"fee","direction":"out","amount":"400","counterparty":"{{pool}}","reference":"","id":"{{settled}}","height":"{{height}}","index":0,"payment":null,"timeMilliseconds":"1700000001000","balance":"999350"}],"cursor":"{{cursor2}}","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":{"account":"{{alice}}","limit":1,"cursor":"{{cursor2}}"}}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"payment","direction":"out","amount":"250","counterparty":"{{bob}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"999750"}],"cursor":"{{cursor1}}","at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}","{{cursor1}}",1]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"genesis","direction":"in","amount":"1000000","counterparty":null,"reference":"","id":null,"height":"0","index":null,"payment":null,"timeMilliseconds":"1700000000000","balance":"1000000"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

>> {"jsonrpc":"2.0","id":1,"method":"account_history","params":["{{alice}}","{{cursor2}}",100]}
<< {"jsonrpc":"2.0","id":1,"result":{"account":"{{alice}}","items":[{"kind":"payment","direction":"out","amount":"250","counterparty":"{{bob}}","reference":"636f66666565","id":"{{settled}}","height":"{{height}}","index":0,"payment":0,"timeMilliseconds":"1700000001000","balance":"999750"},{"kind":"genesis","direction":"in","amount":"1000000","counterparty":null,"reference":"","id":null,"height":"0","index":null,"payment":null,"timeMilliseconds":"1700000000000","balance":"1000000"}],"cursor":null,"at":{"height":"{{height}}","hash":"{{hash}}"}}}

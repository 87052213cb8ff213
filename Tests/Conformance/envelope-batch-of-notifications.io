// Nothing but notifications: nothing comes back.

>> [{"jsonrpc":"2.0","method":"network_info"},{"jsonrpc":"2.0","method":"nothing"}]
!! 204

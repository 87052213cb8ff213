enum RPCClientStub {}

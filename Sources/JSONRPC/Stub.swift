enum JSONRPCStub {}

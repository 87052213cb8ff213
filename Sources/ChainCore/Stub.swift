enum ChainCoreStub {}

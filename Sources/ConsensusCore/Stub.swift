enum ConsensusCoreStub {}

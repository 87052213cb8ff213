enum NodeRuntimeStub {}

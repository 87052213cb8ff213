enum MempoolCoreStub {}

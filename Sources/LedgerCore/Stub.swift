enum LedgerCoreStub {}

enum VerifierCoreStub {}

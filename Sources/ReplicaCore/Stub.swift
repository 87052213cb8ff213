enum ReplicaCoreStub {}

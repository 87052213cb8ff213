enum LevelDBStorageStub {}

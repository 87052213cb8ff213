enum CryptographyStub {}

import Cryptography
import Primitives
import Testing

@Suite struct SigningKeyTests {
    /// RFC 8032, 7.1, tests 1 to 3.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func signsAsRFC8032(_ seed: String, _ publicKey: String, _ message: String, _ signature: String) throws {
        let seed = try #require(Hex.decode(seed))
        let key = try #require(SigningKey(seed: seed))
        #expect(key.publicKey.hex == publicKey)
        #expect(Hex.encode(key.sign(try #require(Hex.decode(message))).bytes) == signature)
    }

    @Test func signsWhatVerifies() {
        let key = SigningKey.generate()
        let message = Array("a payment".utf8)
        let claims = [
            SignatureClaim(key: key.publicKey, message: message, signature: key.sign(message)),
            SignatureClaim(key: SigningKey.generate().publicKey, message: message, signature: key.sign(message)),
            SignatureClaim(key: key.publicKey, message: message + [0], signature: key.sign(message)),
        ]
        #expect(StrictEd25519().verdicts(on: claims) == [true, false, false])
        #expect(OpenSSLEd25519().verdicts(on: claims) == [true, false, false])
        #expect(StrictEd25519().verdicts(on: [SignatureClaim]()) == [])
    }

    @Test func makesAnotherKeyEachTime() {
        #expect(Set((0..<20).map { _ in SigningKey.generate().publicKey }).count == 20)
        #expect(RandomBytes.make(0).isEmpty)
        #expect(RandomBytes.make(32) != RandomBytes.make(32))
    }

    @Test(arguments: [0, 31, 33, 64]) func takesASeedOf32BytesOnly(_ count: Int) {
        #expect(SigningKey(seed: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func neverShowsItsSecret() throws {
        let seed = (1...32).map { UInt8($0) }
        let key = try #require(SigningKey(seed: seed))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(describing: key), String(reflecting: key), "\([key])", dumped] {
            #expect(text.contains(key.publicKey.hex))
            #expect(!text.contains(Hex.encode(seed)))
            #expect(!text.contains("seed"))
            #expect(!text.contains("\(UInt64(0x0807_0605_0403_0201))"))
        }
    }
}

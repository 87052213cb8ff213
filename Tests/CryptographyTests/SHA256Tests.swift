import Cryptography
import Primitives
import Testing

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples, and the lengths around one block.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func hashes(_ text: String, to hex: String) {
        #expect(SHA256.hash(Array(text.utf8)).hex == hex)
    }

    @Test func hashesPiecesLikeTheWhole() throws {
        let whole = (0..<200).map { UInt8($0) }
        for first in [0, 1, 31, 63, 64, 65, 128] {
            var hasher = SHA256()
            hasher.update(Array(whole[..<first]))
            hasher.update(byte: whole[first])
            hasher.update(try #require(Hash32(bytes: whole[(first + 1)..<(first + 33)])))
            hasher.update(Array(whole[(first + 33)...]))
            #expect(hasher.finish() == SHA256.hash(whole))
        }
    }

    @Test func goesOnFromACopyWithoutChangingIt() {
        var one = SHA256()
        one.update([1])
        var other = one
        other.update([2])
        #expect(one.finish() == SHA256.hash([1]))
        #expect(other.finish() == SHA256.hash([1, 2]))
    }
}

import Cryptography
import Primitives
import Simulator
import Testing

@Suite struct MockSchemeTests {
    let key = MockKey(name: "somebody")

    @Test func acceptsWhatItsKeySigned() {
        #expect(verdict(key.publicKey, [1, 2], key.sign([1, 2])))
    }

    @Test func refusesAnotherMessageAnotherKeyAndAnotherSignature() {
        #expect(!verdict(key.publicKey, [1, 3], key.sign([1, 2])))
        #expect(!verdict(MockKey(name: "somebody else").publicKey, [1, 2], key.sign([1, 2])))
        #expect(!verdict(key.publicKey, [1, 2], .zero))
    }

    @Test func makesKeysThatAGenesisTakes() {
        for number in 0..<100 { #expect(MockKey(name: "\(number)").publicKey.isCanonicalAndNotSmallOrder) }
    }

    private func verdict(_ key: PublicKey, _ message: [UInt8], _ signature: Signature) -> Bool {
        MockScheme().verdicts(on: [SignatureClaim(key: key, message: message, signature: signature)]) == [true]
    }
}

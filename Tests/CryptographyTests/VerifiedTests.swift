import Cryptography
import Primitives
import Testing

@Suite struct VerifiedTests {
    /// A value with any number of signatures; the context is the message that all of them must be over.
    struct Petition: Signed, Hashable {
        let signers: [PublicKey]
        let signatures: [Signature]
        var isMalformed = false

        func signatureClaims(in context: [UInt8]) -> [SignatureClaim]? {
            guard !isMalformed else { return nil }
            return zip(signers, signatures).map { SignatureClaim(key: $0, message: context, signature: $1) }
        }
    }

    static let keys = (0..<4).compactMap { SigningKey(seed: [UInt8](repeating: $0, count: 32)) }
    static let message: [UInt8] = [1, 2, 3]

    static func petition(_ signers: [Int], wrong: Int? = nil) -> Petition {
        Petition(
            signers: signers.map { keys[$0].publicKey },
            signatures: signers.map { keys[$0].sign($0 == wrong ? [9] : message) }
        )
    }

    @Test func givesAVerdictForEachInOrder() {
        let malformed = Petition(signers: [Self.keys[0].publicKey], signatures: [.zero], isMalformed: true)
        let values = [
            Self.petition([0]), Self.petition([0, 1, 2], wrong: 1), Self.petition([]), Self.petition([3, 2, 1]),
            malformed, Self.petition([2], wrong: 2), Self.petition([1, 1]),
        ]
        let verdicts = Verified.check(values, in: Self.message, by: StrictEd25519())
        #expect(verdicts.map { $0 != nil } == [true, false, false, true, false, false, true])
        #expect(verdicts[3]?.value == values[3])
        #expect(verdicts[3]?.signers.count == 3)
        for (value, verdict) in zip(values, verdicts) {
            #expect(Verified.check(value, in: Self.message, by: StrictEd25519()) == verdict)
        }
    }

    @Test func dependsOnTheContext() {
        #expect(Verified.check(Self.petition([0]), in: [1, 2], by: StrictEd25519()) == nil)
        #expect(Verified.check([Petition](), in: [], by: StrictEd25519()).isEmpty)
    }

    @Test func assemblesAWholeFromVerifiedParts() throws {
        let parts = Verified.check([Self.petition([0]), Self.petition([1])], in: Self.message, by: StrictEd25519())
        let whole = Verified(assembling: parts.compactMap(\.self)) { $0.flatMap(\.signers) }
        #expect(whole.value == [Self.keys[0].publicKey, Self.keys[1].publicKey])
    }

    @Test func stopsASchemeThatLosesAVerdict() async {
        await #expect(processExitsWith: .failure) {
            struct Forgetful: SignatureScheme {
                func verdicts(on claims: [SignatureClaim]) -> [Bool] { Array(repeating: true, count: claims.count - 1) }
            }
            _ = Verified.check(VerifiedTests.petition([0, 1]), in: VerifiedTests.message, by: Forgetful())
        }
    }
}

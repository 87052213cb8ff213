import Cryptography
import NodeRuntime
import Primitives
import Synchronization
import Testing

@Suite struct RememberingSchemeTests {
    /// Signatures whose first word is 1 hold; counts what it is asked.
    private final class Counting: SignatureScheme {
        private let asked = Mutex(0)
        var count: Int { asked.withLock { $0 } }

        func verdicts(on claims: [SignatureClaim]) -> [Bool] {
            asked.withLock { $0 += claims.count }
            return claims.map { $0.signature.r.first == 1 }
        }
    }

    private func claim(_ number: UInt64, holds: Bool = true, mark: UInt64 = 0) -> SignatureClaim {
        SignatureClaim(
            key: PublicKey(words: Words32(number, 0, 0, 0)),
            message: [1, 2, 3],
            signature: Signature(r: Words32(holds ? 1 : 2, 0, 0, mark), s: .zero)
        )
    }

    private let base = Counting()

    @Test func whatHeldIsNotCheckedAgain() {
        let scheme = RememberingScheme(base)
        #expect(scheme.verdicts(on: [claim(1), claim(2)]) == [true, true])
        #expect(scheme.verdicts(on: [claim(2), claim(3), claim(1)]) == [true, true, true])
        #expect(base.count == 3)
    }

    @Test func whatDidNotHoldIsCheckedEveryTime() {
        let scheme = RememberingScheme(base)
        for _ in 0..<3 { #expect(scheme.verdicts(on: [claim(1), claim(2, holds: false)]) == [true, false]) }
        #expect(base.count == 4)
    }

    @Test func anotherSignatureKeyOrMessageIsAnotherClaim() {
        let scheme = RememberingScheme(base)
        let known = claim(1)
        _ = scheme.verdicts(on: [known])
        let others = [
            claim(1, mark: 1), claim(2), claim(1, holds: false),
            SignatureClaim(key: known.key, message: [1, 2], signature: known.signature),
            SignatureClaim(
                key: known.key,
                message: known.message,
                signature: Signature(r: known.signature.r, s: Words32(1, 0, 0, 0))
            ),
        ]
        #expect(scheme.verdicts(on: others) == [true, true, false, true, true])
        #expect(base.count == 6)
    }

    @Test func itsMemoryAloneChecksNothing() {
        let scheme = RememberingScheme(base)
        #expect(scheme.memory.verdicts(on: [claim(1)]) == [false])
        _ = scheme.verdicts(on: [claim(1), claim(2, holds: false)])
        #expect(scheme.memory.verdicts(on: [claim(2, holds: false), claim(1), claim(3)]) == [false, true, false])
        #expect(base.count == 2)
    }

    @Test func forgetsTheOldestFirst() {
        let scheme = RememberingScheme(base, generationCountMax: 4)
        for number in 0..<12 { _ = scheme.verdicts(on: [claim(UInt64(number))]) }
        #expect(base.count == 12)
        #expect(scheme.verdicts(on: (4..<12).map { claim(UInt64($0)) }) == Array(repeating: true, count: 8))
        #expect(base.count == 12)
        _ = scheme.verdicts(on: [claim(0)])
        #expect(base.count == 13)
    }
}

import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// With a third or more hostile a fork can exist; then two certificates name who made it.
@Suite struct ConflictTests {
    private let chain: TestChain
    private let other = Hash32(words: Words32(1, 1, 1, 1))

    init() throws { chain = try TestChain.sample(validators: 4) }

    private func certificate(
        _ kind: VoteBody.Kind,
        _ view: UInt64,
        parent: UInt64 = 0,
        _ block: Hash32? = nil,
        by signers: [Int]
    ) -> Certificate {
        let body: VoteBody =
            switch kind {
            case .notarize:
                .notarize(epoch: .zero, view: View(view), parentView: View(parent), block: block ?? other)
            case .finalize:
                .finalize(epoch: .zero, view: View(view), parentView: View(parent), block: block ?? other)
            case .nullify: .nullify(epoch: .zero, view: View(view))
            }
        return chain.certificate(body, by: signers)
    }

    private func conflict(_ one: Certificate, _ other: Certificate) -> CertificateConflict? {
        CertificateConflict(one, other, validatorCount: 4)
    }

    @Test func namesWhoSignedBoth() throws {
        let rows: [(String, Certificate, Certificate, [UInt16])] = [
            (
                "two notarizations", certificate(.notarize, 9, by: [0, 1, 2]),
                certificate(.notarize, 9, chain.hash, by: [1, 2, 3]), [1, 2]
            ),
            (
                "one block on two parents", certificate(.notarize, 9, parent: 7, by: [0, 1, 2]),
                certificate(.notarize, 9, parent: 8, by: [0, 1, 3]), [0, 1]
            ),
            (
                "two finalizations", certificate(.finalize, 9, by: [0, 1, 2, 3]),
                certificate(.finalize, 9, chain.hash, by: [1, 2, 3]), [1, 2, 3]
            ),
            (
                "final and skipped", certificate(.finalize, 9, by: [0, 1, 2]),
                certificate(.nullify, 9, by: [0, 2, 3]), [0, 2]
            ),
            (
                "an honest validator may have signed both", certificate(.notarize, 9, by: [0, 1, 2]),
                certificate(.finalize, 9, chain.hash, by: [1, 2, 3]), []
            ),
        ]
        for (name, one, other, culprits) in rows {
            #expect(try #require(conflict(one, other)).culprits == culprits, "\(name)")
            #expect(try #require(conflict(other, one)).culprits == culprits, "\(name), the other way round")
        }
    }

    @Test func whatMayExistTogetherIsNoConflict() {
        let notarization = certificate(.notarize, 9, by: [0, 1, 2])
        #expect(conflict(notarization, certificate(.nullify, 9, by: [0, 1, 2])) == nil)
        #expect(conflict(notarization, certificate(.finalize, 9, by: [0, 1, 2])) == nil)
        #expect(conflict(notarization, certificate(.notarize, 10, chain.hash, by: [0, 1, 2])) == nil)
        #expect(conflict(notarization, certificate(.notarize, 9, by: [1, 2, 3])) == nil)
    }

    @Test func aCertificateBesideTheChainThatContradictsItIsAFork() throws {
        // The first block is final at view 1; the second block's justification skips view 2.
        let skipped = certificate(.nullify, 1, by: [0, 2, 3])
        let violation = try #require(chain.violation(of: chain.blocks, loose: [skipped]))
        #expect(violation.height == Height(1))
        guard case .conflict(let conflict) = violation.finding else {
            Issue.record("expected a conflict, found \(violation.finding)")
            return
        }
        #expect(conflict.culprits == [0, 2])

        let final = certificate(.finalize, 2, by: [1, 2, 3])
        #expect(chain.violation(of: chain.blocks, loose: [final])?.height == Height(2))
    }

    @Test func certificatesBesideTheChainAreHeldAgainstEachOther() throws {
        let pair = [certificate(.finalize, 90, by: [0, 1, 2]), certificate(.nullify, 90, by: [1, 2, 3])]
        let violation = try #require(chain.violation(of: chain.blocks, loose: pair))
        #expect(violation.height == Height(5))
        #expect(violation.finding == .conflict(try #require(conflict(pair[0], pair[1]))))
    }

    @Test func harmlessCertificatesBesideTheChainChangeNothing() {
        let justification = chain.blocks[1].justification
        let loose =
            [justification.certificate, certificate(.nullify, justification.view.number, by: [0, 1, 3])]
            + justification.nullifications + [certificate(.notarize, 90, by: [0, 1, 2])]
        #expect(chain.report(loose: loose).verdict == .sound)
    }
}

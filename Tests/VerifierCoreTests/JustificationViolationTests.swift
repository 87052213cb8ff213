import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// The block is honest, what is said to make it final is not; it stands at view 5 after a parent at view 1.
@Suite struct JustificationViolationTests {
    private let chain: TestChain
    private let honest: JustifiedBlock
    private var block: Hash32 { honest.block.hash }

    init() throws {
        var chain = try TestChain(validators: 4)
        try chain.append(try chain.next([chain.payment(from: 0, to: chain.account(1), amount: 5)]))
        self.chain = chain
        honest = try chain.next(skipping: 3)
    }

    private func violation(
        certificate: Certificate? = nil,
        nullifications: [Certificate]? = nil
    ) -> Violation? {
        let justification = Justification(
            certificate: certificate ?? honest.justification.certificate,
            nullifications: nullifications ?? honest.justification.nullifications
        )
        return chain.violation(
            of: chain.blocks + [JustifiedBlock(block: honest.block, justification: justification)]
        )
    }

    private func finalize(
        epoch: Epoch = .zero,
        view: View = View(5),
        parentView: View = View(1),
        block: Hash32? = nil
    ) -> VoteBody {
        .finalize(epoch: epoch, view: view, parentView: parentView, block: block ?? self.block)
    }

    @Test func theHonestOneHolds() { #expect(violation() == nil) }

    // MARK: - What the certificate is over

    @Test func aNullificationIsNoCertificateOverABlock() {
        #expect(
            violation(certificate: chain.nullification(View(5)))
                == Violation(height: Height(2), finding: .justification(.wrongKind(.nullify)))
        )
    }

    @Test func aCertificateOverAnotherBlockIsNamed() {
        let other = chain.blocks[0].block.hash
        #expect(
            violation(certificate: chain.certificate(finalize(block: other), by: [0, 1, 2]))
                == Violation(height: Height(2), finding: .justification(.block(expected: block, found: other)))
        )
    }

    @Test func aCertificateOnAnotherParentViewIsNamed() {
        let certificate = chain.certificate(finalize(parentView: .zero), by: [0, 1, 2])
        #expect(
            violation(certificate: certificate)
                == Violation(
                    height: Height(2),
                    finding: .justification(.parentView(expected: View(1), found: .zero))
                )
        )
    }

    @Test func aViewThatDoesNotComeLaterIsNamed() {
        // View 1 has the same leader as view 5, so nothing else is wrong.
        #expect(
            violation(certificate: chain.certificate(finalize(view: View(1)), by: [0, 1, 2]), nullifications: [])?
                .finding == .justification(.viewNotAfterParent(view: View(1), parentView: View(1)))
        )
    }

    @Test func anotherLeadersViewDoesNotFitTheProposer() {
        let certificate = chain.certificate(finalize(view: View(4)), by: [0, 1, 2])
        #expect(
            violation(certificate: certificate, nullifications: Array(honest.justification.nullifications.prefix(2)))?
                .finding == .header(.proposer, expected: .number(0), found: .number(1))
        )
    }

    // MARK: - The views between

    @Test(arguments: [2, 3, 4]) func aMissingNullificationIsNamedByItsView(view: UInt64) {
        let rest = honest.justification.nullifications.filter { $0.view != View(view) }
        #expect(
            violation(nullifications: rest)?.finding == .justification(.missingNullification(view: View(view)))
        )
    }

    @Test func whatIsNoNullificationOfAViewBetweenIsNamed() {
        let own = honest.justification.nullifications
        let rows: [(String, [Certificate], JustificationFault)] = [
            ("one twice", [own[0], own[0], own[2]], .strayNullification(index: 1)),
            ("the block's own view", own + [chain.nullification(View(5))], .strayNullification(index: 3)),
            ("the parent's view", [chain.nullification(View(1))] + own, .strayNullification(index: 0)),
            ("another order", [own[1], own[0], own[2]], .missingNullification(view: View(2))),
            (
                "a notarization", [own[0], chain.certificate(finalize(view: View(3)), by: [0, 1, 2]), own[2]],
                .strayNullification(index: 1)
            ),
        ]
        for (name, nullifications, fault) in rows {
            #expect(violation(nullifications: nullifications)?.finding == .justification(fault), "\(name)")
        }
    }

    // MARK: - Who signed

    @Test func fewerThanAQuorumIsNamed() {
        #expect(
            violation(certificate: chain.certificate(finalize(), by: [1, 3]))
                == Violation(
                    height: Height(2),
                    finding: .justification(.noQuorum(.certificate(view: View(5)), signers: 2, quorum: 3))
                )
        )
        var nullifications = honest.justification.nullifications
        nullifications[1] = chain.nullification(View(3), by: [0])
        #expect(
            violation(nullifications: nullifications)
                == Violation(
                    height: Height(2),
                    finding: .justification(.noQuorum(.nullification(view: View(3)), signers: 1, quorum: 3))
                )
        )
    }

    @Test func anotherEpochIsNamed() {
        var nullifications = honest.justification.nullifications
        nullifications[2] = chain.certificate(.nullify(epoch: Epoch(1), view: View(4)), by: [0, 1, 2])
        #expect(
            violation(nullifications: nullifications)?.finding
                == .justification(.epoch(.nullification(view: View(4)), expected: .zero, found: Epoch(1)))
        )
        #expect(
            violation(certificate: chain.certificate(finalize(epoch: Epoch(1)), by: [0, 1, 2]))?.finding
                == .justification(.epoch(.certificate(view: View(5)), expected: .zero, found: Epoch(1)))
        )
    }

    @Test func aBitmapThatDoesNotFitIsNamed() {
        let good = honest.justification.certificate
        let bitmaps = [
            SignerBitmap(signers: [0, 1, 2], of: 9),
            SignerBitmap(signers: [0, 1, 7], of: 8),
            SignerBitmap(signers: [0, 1, 2, 3], of: 4),
        ]
        for bitmap in bitmaps {
            let certificate = Certificate(body: good.body, signers: bitmap, signatures: good.signatures)
            #expect(
                violation(certificate: certificate)?.finding
                    == .justification(.malformedSigners(.certificate(view: View(5))))
            )
        }
    }

    @Test func aSignatureThatIsNotTheSignersIsNamed() {
        let good = honest.justification.certificate
        let shifted = Certificate(
            body: good.body,
            signers: SignerBitmap(signers: [0, 1, 3], of: 4),
            signatures: good.signatures
        )
        #expect(
            violation(certificate: shifted)
                == Violation(height: Height(2), finding: .signature(.certificate(view: View(5))))
        )
        let notarized = Certificate(
            body: .notarize(epoch: .zero, view: View(5), parentView: View(1), block: block),
            signers: good.signers,
            signatures: good.signatures
        )
        #expect(violation(certificate: notarized)?.finding == .signature(.certificate(view: View(5))))
        var nullifications = honest.justification.nullifications
        nullifications[0] = Certificate(
            body: nullifications[0].body,
            signers: nullifications[0].signers,
            signatures: nullifications[1].signatures
        )
        #expect(
            violation(nullifications: nullifications)
                == Violation(
                    height: Height(2),
                    finding: .signature(.nullification(view: View(2)))
                )
        )
    }
}

import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore
import farthing

/// Chains held against a checkpoint of an earlier verification, as the command does it.
@Suite struct CheckpointTests {
    private static func point(_ chain: TestChain, at height: Int) -> Checkpoint {
        let block = chain.blocks[height - 1].block
        return Checkpoint(block.header, hash: block.hash, network: chain.network)
    }

    private func verify(
        _ chain: TestChain,
        against checkpoint: Checkpoint,
        isTrusted: Bool = false,
        depth: VerificationDepth = .full
    ) async throws -> VerificationReport {
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let held = HeldCheckpoint(checkpoint, isTrusted: isTrusted)
        let verification = Verification(genesis: chain.genesis, jobs: 2, depth: depth, held: held)
        return try await TestHome.verify(home.path, by: verification)
    }

    /// The sample, and two more blocks; a payment in the first of them is signed by somebody else.
    private func chainWithABadSignature() throws -> TestChain {
        var chain = try TestChain.sample(validators: 4)
        let honest = chain.payment(from: 0, to: chain.account(1), amount: 5).transaction
        try chain.append(try chain.next([chain.sign(honest, by: chain.payers[1])]))
        try chain.append(try chain.next([chain.payment(from: 1, to: chain.account(0), amount: 2)]))
        return chain
    }

    @Test(arguments: VerificationDepth.allCases, 1...5)
    func aChainContainsItsOwnCheckpoints(depth: VerificationDepth, height: Int) async throws {
        let chain = try TestChain.sample(validators: 4)
        let point = Self.point(chain, at: height)
        let report = try await verify(chain, against: point, depth: depth)
        #expect(report.verdict == .sound)
        #expect(report.head == Self.point(chain, at: 5))
        #expect(report.takenUpTo == nil)
        #expect(report.text.contains("\ncheckpoint           \(point.line)\n"))
    }

    @Test(arguments: [false, true]) func blockZeroIsACheckpointToo(isTrusted: Bool) async throws {
        let chain = try TestChain.sample(validators: 4)
        let zero = CheckpointCheck.checkpointOfBlockZero(chain.genesis)
        #expect(try await verify(chain, against: zero, isTrusted: isTrusted).verdict == .sound)
        let other = Checkpoint(
            network: chain.network,
            height: .zero,
            block: chain.hash,
            logSize: 0,
            logRoot: zero.logRoot
        )
        let finding = try await verify(chain, against: other, isTrusted: isTrusted).verdict.violation?.finding
        #expect(finding == .checkpoint(held: other, found: zero))
    }

    @Test(arguments: VerificationDepth.allCases)
    func aForkBelowTheCheckpointIsFoundWithBothSides(depth: VerificationDepth) async throws {
        let honest = try TestChain.sample(validators: 4)
        var fork = try TestChain(validators: 4)
        for item in honest.blocks.prefix(2) { try fork.append(item) }
        try fork.append(try fork.next([fork.payment(from: 2, to: fork.account(0), amount: 3)], after: 500))
        try fork.append(try fork.next(after: 70_000))
        let held = Self.point(honest, at: 4)
        let report = try await verify(fork, against: held, depth: depth)
        let found = Self.point(fork, at: 4)
        let violation = Violation(height: Height(4), finding: .checkpoint(held: held, found: found))
        #expect(report.verdict == .damaged(violation))
        #expect(report.exitStatus == .damaged)
        #expect(report.height == Height(3))
        #expect(report.text.contains("  expected           \(held.line)\n  found              \(found.line)\n"))
        let advice = try #require(report.whatHelps(home: "home"))
        #expect(advice.hasPrefix("Two chains of one network"))
        // The part below is the same for both.
        #expect(try await verify(fork, against: Self.point(honest, at: 2), depth: depth).verdict == .sound)
    }

    /// Of a block that is the same, somebody signed another log.
    @Test(arguments: [true, false]) func aLogOfAnotherSizeOrRootIsFound(isSizeChanged: Bool) async throws {
        let chain = try TestChain.sample(validators: 4)
        let point = Self.point(chain, at: 3)
        let other = Checkpoint(
            network: chain.network,
            height: point.height,
            block: point.block,
            logSize: point.logSize + (isSizeChanged ? 1 : 0),
            logRoot: isSizeChanged ? point.logRoot : chain.hash
        )
        let report = try await verify(chain, against: other)
        #expect(report.verdict.violation?.finding == .checkpoint(held: other, found: point))
    }

    @Test(arguments: VerificationDepth.allCases, [false, true])
    func aChainThatEndsBeforeTheCheckpointIsIncomplete(depth: VerificationDepth, isTrusted: Bool) async throws {
        let long = try TestChain.sample(validators: 4)
        var short = try TestChain(validators: 4)
        for item in long.blocks.prefix(4) { try short.append(item) }
        let held = Self.point(long, at: 5)
        let report = try await verify(short, against: held, isTrusted: isTrusted, depth: depth)
        #expect(report.verdict == .incomplete([.checkpointAhead(held: held, last: Self.point(long, at: 4))]))
        #expect(report.exitStatus == .incomplete)
        #expect(report.text.contains("held: \(held.line); found: \(Self.point(long, at: 4).line)"))
    }

    // MARK: - Resuming

    @Test func signaturesUpToOnesOwnCheckpointAreNotCheckedAgain() async throws {
        let chain = try chainWithABadSignature()
        for height in 6...7 {
            let report = try await verify(chain, against: Self.point(chain, at: height), isTrusted: true)
            #expect(report.verdict == .sound)
            #expect(report.takenUpTo == Height(UInt64(height)))
            #expect(
                report.text.contains("\n  on its word        the signatures of transactions in blocks 1 to \(height)\n")
            )
            #expect(report.accounts == UInt64(chain.ledger.accountCount()), "balances are recomputed all the same")
        }
    }

    @Test func signaturesAfterOnesOwnCheckpointAreChecked() async throws {
        let chain = try chainWithABadSignature()
        let report = try await verify(chain, against: Self.point(chain, at: 5), isTrusted: true)
        #expect(report.verdict.violation?.height == Height(6))
        #expect(report.verdict.violation?.finding == .signature(.transaction(index: 0)))
        #expect(report.takenUpTo == Height(5))
    }

    @Test func aCheckpointThatIsNotOnesOwnSparesNothing() async throws {
        let chain = try chainWithABadSignature()
        let report = try await verify(chain, against: Self.point(chain, at: 7))
        #expect(report.verdict.violation?.finding == .signature(.transaction(index: 0)))
    }

    /// Certificates, roots and state are looked at on both sides of the checkpoint.
    @Test func whatBreaksTheRulesBelowOnesOwnCheckpointIsFound() async throws {
        let honest = try TestChain.sample(validators: 4)
        var chain = try TestChain(validators: 4)
        try chain.append(honest.blocks[0])
        var lying = chain
        try lying.append(chain.resealed(honest.blocks[1]) { $0.price += 1 })
        #expect(
            try await verify(lying, against: Self.point(honest, at: 5), isTrusted: true).verdict.violation?.finding.text
                .rule == "header.price"
        )
        let good = honest.blocks[1]
        lying = chain
        try lying.append(
            JustifiedBlock(
                block: good.block,
                justification: Justification(
                    certificate: chain.certificate(good.justification.certificate.body, by: [0, 1]),
                    nullifications: good.justification.nullifications
                )
            )
        )
        #expect(
            try await verify(lying, against: Self.point(honest, at: 5), isTrusted: true).verdict.violation?.finding.text
                .rule == "certificate.quorum"
        )
    }
}

import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing
import VerifierCore
import farthing

/// Homes as a node leaves them, verified as the command does it.
@Suite struct HomeVerificationTests {
    @Test(arguments: [1, 3]) func anHonestHomeHolds(jobs: Int) async throws {
        let chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let report = try await home.verify(jobs: jobs)
        #expect(report.verdict == .sound)
        #expect(report.exitStatus == .success)
        #expect(report.height == Height(5))
        #expect(report.hash == chain.hash)
        let store = try #require(report.store)
        #expect(store.entries(in: .blocks) == 5)
        #expect(store.entries(in: .settlements) == 4)
        #expect(store.entries(in: .accounts) == UInt64(chain.ledger.accountCount()))
    }

    @Test func aHomeWithoutBlocksHolds() async throws {
        let report = try await TestHome(try TestChain(validators: 4)).verify()
        #expect(report.verdict == .sound)
        #expect(report.height == .zero)
    }

    @Test func aLongChainHoldsAfterItsAccountsWereRefreshed() async throws {
        var chain = try TestChain(validators: 1)
        for number in 0..<150 {
            let payments = (0..<4).map {
                chain.payment(from: $0 % 3, to: chain.account((number + $0 + 1) % 3), amount: UInt64($0 + 1))
            }
            try chain.append(try chain.next(payments, after: 6_000))
        }
        let home = try TestHome(chain)
        for item in chain.blocks { try home.commit([item]) }
        var heights: [Height] = []
        let report = try await home.verify(jobs: 2) { heights.append($0.height) }
        #expect(report.verdict == .sound)
        #expect(report.store?.entries(in: .logNodes) == 37 + 18 + 9 + 4 + 2 + 1)
        #expect(heights == (1...150).map { Height($0) })
        // 50 minutes of blocks: records of the first ones are over and were dropped.
        #expect(try #require(report.store?.entries(in: .replay)) < 100)
    }

    @Test func whatAQuorumCertifiedAgainstTheRulesIsFound() async throws {
        var chain = try TestChain.sample(validators: 4)
        let forged = chain.sign(
            chain.payment(from: 0, to: chain.account(1), amount: 5).transaction,
            by: chain.payers[1]
        )
        try chain.append(try chain.next([forged]))
        try chain.append(try chain.next())
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let report = try await home.verify()
        #expect(
            report.verdict
                == .damaged(
                    Violation(
                        height: Height(6),
                        finding: .signature(.transaction(index: 0)),
                        certifiedBy: [0, 1, 2]
                    )
                )
        )
        #expect(report.exitStatus == .damaged)
        #expect(report.height == Height(5))
    }

    @Test func anotherGenesisIsRefused() async throws {
        let home = try TestHome(try TestChain(validators: 4))
        let other = try TestChain(validators: 3)
        await #expect(
            throws: VerificationFailure.storage(
                .otherNetwork(found: home.chain.network, wanted: other.network)
            )
        ) { try await home.verify(genesis: other.genesis) }
    }

    @Test func noHomeIsRefused() async throws {
        let chain = try TestChain(validators: 4)
        let path = FileManager.default.temporaryDirectory.path + "/farthing-none-\(UUID())"
        await #expect(throws: VerificationFailure.self) {
            try await Verification(genesis: chain.genesis, jobs: 1).run { (verifier) throws(SourceStop) in
                try HomeSource.open(CopiedHome(path), verifier)
            }
        }
    }

    // MARK: - The disk

    @Test func aChangedByteInAnyFileOfTheStoreIsNoticed() async throws {
        let chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        home.close()
        // LevelDB keeps a diary for people and a lock beside what it stores.
        let files = try home.dataFiles().filter { !["LOG", "LOG.old", "LOCK"].contains($0.split(separator: "/").last) }
        let honest = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        var noticed = 0
        for (file, bytes) in zip(files, honest) where !bytes.isEmpty {
            for position in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 6)) {
                var changed = bytes
                changed[position] ^= 0x20
                try changed.write(to: URL(fileURLWithPath: file))
                let isSound = await home.isSound()
                #expect(!isSound, "byte \(position) of \(bytes.count) in \(file)")
                noticed += 1
            }
            try bytes.write(to: URL(fileURLWithPath: file))
        }
        #expect(noticed > 30)
        #expect(await home.isSound())
    }

    // MARK: - Depth and inputs

    @Test func aLightVerificationDoesNotLookAtPaymentsAndSaysSo() async throws {
        var chain = try TestChain.sample(validators: 4)
        let forged = chain.sign(
            chain.payment(from: 0, to: chain.account(1), amount: 5).transaction,
            by: chain.payers[1]
        )
        try chain.append(try chain.next([forged]))
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let light = try await home.verify(depth: .light)
        #expect(light.verdict == .sound)
        #expect(light.height == Height(6))
        #expect(light.accounts == nil && light.store == nil)
        #expect(light.text.contains("\n  not checked        the signatures of transactions\n"))
        #expect(try await home.verify().verdict != .sound)
    }

    @Test func aLightVerificationFindsABlockThatNoQuorumCertified() async throws {
        let chain = try TestChain.sample(validators: 4)
        var lying = try TestChain(validators: 4)
        for item in chain.blocks.prefix(4) { try lying.append(item) }
        let good = chain.blocks[4]
        let few = JustifiedBlock(
            block: good.block,
            justification: Justification(
                certificate: lying.certificate(good.justification.certificate.body, by: [0, 1]),
                nullifications: good.justification.nullifications
            )
        )
        try lying.append(few)
        let home = try TestHome(lying)
        try home.commit(lying.blocks)
        #expect(try await home.verify(depth: .light).verdict.violation?.height == Height(5))
    }

    @Test func theHomesDigestChangesWithAnyFile() async throws {
        let chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let verification = Verification(genesis: chain.genesis, jobs: 1)
        let first = try await TestHome.verify(home.path, by: verification).inputs
        #expect(try await TestHome.verify(home.path, by: verification).inputs == first)
        _ = try VoteLog.create(home: home.path, electorate: chain.electorate, key: chain.consensusKeys[2])
        let second = try await TestHome.verify(home.path, by: verification).inputs
        #expect(second != first && second[0].fileCount == first[0].fileCount + 2)
    }

    // MARK: - A chain that was cut off

    @Test func aVoteLogThatKnowsMoreIsNoticed() async throws {
        let chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        try home.commit(Array(chain.blocks.prefix(4)))
        let log = try VoteLog.create(home: home.path, electorate: chain.electorate, key: chain.consensusKeys[2])
        try log.raiseFinalView(chain.blocks[3].justification.view)
        try log.flush()
        #expect(try await home.verify().verdict == .sound)

        try log.raiseFinalView(chain.view)
        try log.flush()
        let report = try await home.verify()
        let end = chain.blocks[3].justification.view
        #expect(report.verdict == .incomplete([.voteLogAhead(finalView: chain.view, lastView: end)]))
        #expect(report.exitStatus == .incomplete)
    }

    @Test func aVoteForABlockThatIsNotStoredIsNoticed() async throws {
        let chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let next = try chain.next([])
        let view = next.justification.view
        let log = try VoteLog.create(home: home.path, electorate: chain.electorate, key: chain.consensusKeys[0])
        _ = try log.record([
            .notarize(epoch: .zero, view: view, parentView: chain.view, block: next.block.hash)
        ])
        _ = try log.record([
            .finalize(epoch: .zero, view: view, parentView: chain.view, block: next.block.hash)
        ])
        let gap = Gap.votedBlockMissing(view: view, block: next.block.hash)
        #expect(try await home.verify().verdict == .incomplete([gap]))
        try home.store.store(blocks: [(next.block, view)])
        #expect(try await home.verify().verdict == .sound)
    }

    @Test func aTailWithoutAFinalizationIsNoticed() async throws {
        var chain = try TestChain.sample(validators: 4)
        try chain.append(try chain.next(kind: .notarize))
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let report = try await home.verify()
        #expect(report.verdict == .incomplete([.uncertifiedTail(certified: Height(5), last: Height(6))]))
    }

    // MARK: - What waits beside the chain

    @Test func waitingCertificatesThatConflictAreAFork() async throws {
        let chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        let final = chain.certificate(
            .finalize(epoch: .zero, view: View(90), parentView: chain.view, block: chain.hash),
            by: [0, 1, 2]
        )
        try home.store.store(certificates: [final])
        #expect(try await home.verify().verdict == .sound)
        try home.store.store(certificates: [chain.nullification(View(90), by: [1, 2, 3])])
        guard case .damaged(let violation) = try await home.verify().verdict,
            case .conflict(let conflict) = violation.finding
        else {
            Issue.record("a fork passed")
            return
        }
        #expect(conflict.culprits == [1, 2])
    }

    @Test func aForgedWaitingCertificateOrEvidenceIsDamage() async throws {
        let chain = try TestChain.sample(validators: 4)
        let real = chain.nullification(View(90))
        let forged = Certificate(
            body: .nullify(epoch: .zero, view: View(91)),
            signers: real.signers,
            signatures: real.signatures
        )
        let first = try TestHome(chain)
        try first.commit(chain.blocks)
        try first.store.store(certificates: [forged])
        #expect(
            try await first.verify().verdict.violation?.finding
                == .entry(
                    .damaged(StoreDamage(.nullification(epoch: .zero, view: View(91)), "a signature is not valid"))
                )
        )

        let misdeed = try chain.evidence(against: 0)
        let framed = try #require(
            Evidence(
                Vote(body: misdeed.first.body, signer: 3, signature: misdeed.first.signature),
                Vote(body: misdeed.second.body, signer: 3, signature: misdeed.second.signature)
            )
        )
        let second = try TestHome(chain)
        try second.commit(chain.blocks)
        try second.store.storeEvidence([misdeed])
        #expect(try await second.verify().verdict == .sound)
        try second.store.storeEvidence([framed])
        #expect(
            try await second.verify().verdict.violation?.finding
                == .entry(.damaged(StoreDamage(.evidence(epoch: .zero, signer: 3), "a signature is not valid")))
        )
    }
}

import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Testing

/// Spec 3.3, 3.7(6), 3.8: what peers tell one another.
@Suite struct PeerTests {
    @Test func onConnectingAPeerHearsWhatIsHeldUnderItsKeyEvenIfThatIsNothing() {
        var bench = ReplicaBench(4, me: 0)
        let vote = bench.vote(.nullify(epoch: .zero, view: View(1)), by: 2)
        bench.hear(.vote(vote), from: 2)
        for (peer, expected) in [(2, [vote]), (3, [])] {
            bench.step(.disconnected(bench.key(peer)))
            let held = bench.step(.connected(bench.key(peer))).sent.compactMap {
                if case .heldVotes(let held) = $0.message { held.votes } else { nil }
            }
            #expect(held == [expected])
        }
    }

    @Test func aPeerThatIsBehindIsHelpedAtMostOnceInARetry() throws {
        var bench = ReplicaBench(4, me: 0)
        let nullification = bench.certificate(.nullify(epoch: .zero, view: View(1)), by: [1, 2, 3])
        bench.hear(.certificate(nullification), from: 1)
        let help = bench.hear(bench.status(height: 0), from: 2).sent
        #expect(help.contains { $0.message == .certificate(nullification) && $0.peers == [bench.key(2)] })
        #expect(bench.hear(bench.status(height: 0), from: 2).sent.isEmpty)
    }

    @Test func aCertificateIsPassedOnOnceToAllButItsSender() {
        var bench = ReplicaBench(4, me: 0)
        let nullification = bench.certificate(.nullify(epoch: .zero, view: View(1)), by: [1, 2, 3])
        let others = [bench.key(1), bench.key(3)].sorted()
        let sent = bench.hear(.certificate(nullification), from: 2).sent
        #expect(sent.filter { $0.message == .certificate(nullification) }.map(\.peers) == [others])
        #expect(
            !bench.hear(.certificate(nullification), from: 1).sent.contains {
                $0.message == .certificate(nullification)
            }
        )
    }

    @Test func aCertificateRequestIsAnsweredWithCertificatesElseWithOwnVotes() {
        var bench = ReplicaBench(4, me: 0)
        let nullification = bench.certificate(.nullify(epoch: .zero, view: View(1)), by: [1, 2, 3])
        bench.hear(.certificate(nullification), from: 1)
        bench.pass(10_000)
        bench.voted(.nullify(epoch: .zero, view: View(2)))
        for (view, expected) in [
            (1, PeerMessage.certificate(nullification)),
            (2, .vote(bench.vote(.nullify(epoch: .zero, view: View(2)), by: 0))),
        ] {
            let request = CertificateRequest(epoch: .zero, view: View(UInt64(view)))
            #expect(bench.hear(.certificateRequest(request), from: 3).sent.map(\.message) == [expected])
        }
    }

    @Test func evidenceIsStoredOnceAndStandsInTheNextBlockOfMine() throws {
        var bench = ReplicaBench(4, me: 1)
        let evidence = try #require(bench.evidence(against: 3))
        let stores = bench.hear(.evidence(evidence), from: 2).filter {
            if case .storeEvidence = $0 { true } else { false }
        }
        #expect(stores.count == 1)
        #expect(
            !bench.hear(.evidence(evidence), from: 0).contains { if case .storeEvidence = $0 { true } else { false } }
        )
        let drafts = bench.step(.submitted([bench.payment(1)], Ticket(1))).compactMap {
            if case .propose(let draft) = $0 { draft.evidence } else { nil }
        }
        #expect(drafts == [[evidence]])
    }

    @Test func evidenceReadBackFromDiskStandsInTheNextBlockOfMineToo() throws {
        let evidence = try #require(ReplicaBench(4, me: 1).evidence(against: 3))
        var bench = ReplicaBench(4, me: 1, evidence: [evidence])
        let drafts = bench.step(.submitted([bench.payment(1)], Ticket(1))).compactMap {
            if case .propose(let draft) = $0 { draft.evidence } else { nil }
        }
        #expect(drafts == [[evidence]])
    }

    @Test func nobodyIsAccusedTwiceOnChain() throws {
        var bench = ReplicaBench(4, me: 0)
        let first = try #require(bench.evidence(against: 3, view: 1))
        let second = try #require(bench.evidence(against: 3, view: 2))
        let blocks = try bench.chain([[], []], evidence: [[first], [second]])
        bench.hear(.proposal(bench.proposal(blocks[0], in: 1)), from: 1)
        let certificate = bench.certificate(bench.notarize(blocks[0], in: 1), by: [1, 2, 3])
        let effects = bench.hear(
            .proposal(bench.proposal(blocks[1], in: 2, on: 1, parentCertificate: certificate)),
            from: 2
        )
        #expect(effects.refused == [blocks[1].hash])
    }

    @Test func aProposalThatContradictsItselfCostsThePeerItsConnection() throws {
        var bench = ReplicaBench(4, me: 0)
        let blocks = try bench.chain([[], [bench.payment(1)]])
        let good = bench.proposal(blocks[0], in: 1)
        let otherLeaves = Proposal(
            vote: good.vote,
            header: good.header,
            leaves: [.zero],
            evidence: [],
            change: [],
            parentCertificate: nil,
            nullifications: []
        )
        let otherVote = Proposal(
            vote: bench.vote(bench.notarize(blocks[1], in: 1), by: 1),
            header: good.header,
            leaves: [],
            evidence: [],
            change: [],
            parentCertificate: nil,
            nullifications: []
        )
        for forged in [otherLeaves, otherVote] {
            #expect(bench.hear(.proposal(forged), from: 2).disconnected == [bench.key(2)])
        }
        #expect(bench.hear(.proposal(good), from: 1).votes == [bench.notarize(blocks[0], in: 1)])
    }

    @Test func announcedTransactionsAreAskedForOnceAndServed() {
        var bench = ReplicaBench(4, me: 0)
        let payment = bench.payment(1)
        let asked = bench.hear(.announce([payment.leaf]), from: 1).sent
        #expect(asked.map(\.message) == [.transactionRequest([payment.leaf])])
        #expect(bench.hear(.announce([payment.leaf]), from: 2).sent.isEmpty)
        bench.hear(.transactions([payment.value]), from: 1)
        #expect(bench.replica.mempool.count == 1)
        let served = bench.hear(.transactionRequest([payment.leaf]), from: 3).sent
        #expect(served.map(\.message) == [.transactions([payment.value])])
    }

    /// A retry is bounded whatever waits; all of it has its turn.
    @Test func retriesAnnounceTheWholePoolPartByPart() {
        var bench = ReplicaBench(4, me: 0)
        let payments = (0..<5_000).map { bench.payment($0) }
        bench.step(.submitted(payments, Ticket(1)))
        var announced: [Int] = []
        for _ in 0..<4 {
            announced += bench.pass(1_200).broadcasts.compactMap {
                if case .announce(let leaves) = $0 { leaves.count } else { nil }
            }
        }
        #expect(announced == [4_096, 904, 4_096, 904])
    }

    /// While blocks become final gossip works; what a peer lacks all the same it hears of once ten retries have passed.
    @Test func whileBlocksBecomeFinalRetriesAnnounceOnlyWhatWaitsForLong() throws {
        var bench = ReplicaBench(4, me: 0)
        let blocks = try bench.chain(Array(repeating: [], count: 24), interval: 1_000)
        bench.step(.submitted([bench.payment(1)], Ticket(1)))
        bench.pass(1_200)
        var retriesUntilAnnounced = 0
        for block in blocks {
            let number = block.height.number
            bench.hear(.proposal(bench.proposal(block, in: number, on: number - 1)), from: Int(number % 4))
            bench.hear(
                .certificate(bench.certificate(bench.notarize(block, in: number, on: number - 1), by: [1, 2, 3])),
                from: 1
            )
            bench.hear(
                .certificate(bench.certificate(bench.finalize(block, in: number, on: number - 1), by: [1, 2, 3])),
                from: 1
            )
            #expect(bench.replica.tip.height == block.height)
            let effects = bench.pass(1_200)
            if effects.contains(where: { if case .broadcast(.announce) = $0 { true } else { false } }) { break }
            retriesUntilAnnounced += 1
        }
        #expect((8...11).contains(retriesUntilAnnounced))
    }

    /// What waits for a peer that isn't there must not keep the node from its other duties.
    @Test func withoutPeersABlockThatIsAwaitedHidesNoOtherDeadline() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[bench.payment(1)]])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        for peer in 1...3 { bench.step(.disconnected(bench.key(peer))) }
        for _ in 0..<40 {
            let effects = bench.pass(100)
            #expect(effects.wakes.allSatisfy { $0 > Milliseconds(bench.monotonic) })
        }
        #expect(bench.replica.consensus.isArmed)
    }
}

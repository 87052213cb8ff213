import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import NodeRuntime
import Primitives
import ReplicaCore
import Synchronization
import Testing

/// What a node takes from peers passes here; the gate's threads are the test's.
@Suite struct SignatureGateTests {
    private let network: SignedNetwork
    private let gate: SignatureGate

    init() throws {
        network = try SignedNetwork()
        gate = SignatureGate(electorate: network.electorate)
    }

    private func payments(_ nonces: Range<UInt64>, forged: UInt64? = nil) -> [IdentifiedTransaction] {
        network.payments(nonces, forged: forged)
    }

    private func range(_ transactions: [IdentifiedTransaction], signers: [Int] = [0, 1, 2]) -> PeerMessage {
        let block = network.block(transactions)
        let final = network.certificate(
            .finalize(epoch: .zero, view: View(1), parentView: .zero, block: block.hash),
            by: signers
        )
        let item = JustifiedBlock(block: block, justification: Justification(certificate: final, nullifications: []))
        return .syncResponse(SyncResponse(blocks: [item], headers: [], finalization: final))
    }

    /// What was handed on, in its order: the name, and whether it held.
    private final class Delivered: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func note(_ name: String) -> @Sendable (GatedMessage?) -> Void {
            { [self] gated in list.withLock { $0.append(gated == nil ? "\(name) refused" : name) } }
        }
    }

    private let delivered = Delivered()

    private func check(_ name: String, _ message: PeerMessage, from peer: Int = 0, isWanted: Bool = true) {
        gate.check(message, from: network.keys[peer].publicKey, isWanted: { isWanted }, then: delivered.note(name))
    }

    /// One thread for each kind of work; it ends when the gate is closed and all that waited is done.
    private func startThreads() -> DispatchGroup {
        let threads = DispatchGroup()
        for work in [gate.workOnConsensus, gate.workOnTransactions] {
            threads.enter()
            Thread {
                work()
                threads.leave()
            }.start()
        }
        return threads
    }

    /// Does all that waits; closed before it begins, so that the order is that of the queues.
    private func work() {
        gate.close(workers: 1)
        startThreads().wait()
    }

    // MARK: - On the caller's thread

    @Test func whatNobodySignsGoesOnAtOnce() {
        check("an announcement", .announce([.zero]))
        check("another", .announce([.zero]), isWanted: false)
        #expect(delivered.all == ["an announcement", "another refused"])
    }

    @Test func aCertificateOfVotesThatHeldBeforeGoesOnAtOnce() {
        let body = VoteBody.nullify(epoch: .zero, view: View(7))
        for signer in 0..<2 { #expect(gate.check(own: network.vote(body, by: signer)) != nil) }
        check("with one unknown vote", .certificate(network.certificate(body, by: [0, 1, 2])))
        #expect(delivered.all.isEmpty, "an unknown vote must be checked, by a thread of the gate")
        #expect(gate.check(own: network.vote(body, by: 3)) != nil)
        check("of known votes", .certificate(network.certificate(body, by: [0, 1, 3])))
        #expect(delivered.all == ["of known votes"])
        check("of known votes, too few", .certificate(network.certificate(body, by: [0, 1])))
        #expect(delivered.all.count == 1)
        work()
        #expect(
            delivered.all.sorted() == ["of known votes", "of known votes, too few refused", "with one unknown vote"]
        )
    }

    @Test func aVoteThatDoesNotHoldIsNotRemembered() {
        let good = VoteBody.nullify(epoch: .zero, view: View(1))
        let other = VoteBody.nullify(epoch: .zero, view: View(2))
        let forged = Vote(body: other, signer: 0, signature: network.vote(good, by: 0).signature)
        #expect(gate.check(own: forged) == nil)
        for signer in 1..<3 { #expect(gate.check(own: network.vote(other, by: signer)) != nil) }
        let votes = [forged] + (1..<3).map { network.vote(other, by: $0) }
        check("with a forged vote", .certificate(Certificate(body: other, votes: votes, validatorCount: 4)))
        #expect(delivered.all.isEmpty)
        work()
        #expect(delivered.all == ["with a forged vote refused"])
    }

    // MARK: - By the gate's threads

    @Test func aRangeHoldsWhenItsTransactionsAndItsCertificatesDo() {
        check("good", range(payments(0..<40)))
        check("one forged transaction", range(payments(100..<140, forged: 120)))
        check("all forged but the last", range(payments(200..<202, forged: 200)))
        check("too few signers", range(payments(300..<340), signers: [0, 1]))
        check("without transactions", range([]))
        check("no longer wanted", range(payments(400..<440)), isWanted: false)
        work()
        #expect(
            delivered.all.sorted() == [
                "all forged but the last refused", "good", "no longer wanted refused",
                "one forged transaction refused", "too few signers refused", "without transactions",
            ]
        )
    }

    @Test func oneForgedTransactionCondemnsItsBundleAndNoOther() {
        check("good", .transactions(payments(0..<20)))
        check("forged", .transactions(payments(20..<60, forged: 59)), from: 1)
        check("body", .bodyResponse(BodyResponse(block: .zero, transactions: payments(60..<80))), from: 1)
        work()
        #expect(delivered.all.sorted() == ["body", "forged refused", "good"])
    }

    /// Whoever sends a flood delays itself; ranges come as they were asked for, whoever sends them.
    @Test func peersTakeTurnsAndRangesComeInTheirOrder() {
        check("a flood", .transactions(payments(0..<160)), from: 0)
        check("a few", .transactions(payments(160..<170)), from: 1)
        check("first range", range(payments(170..<180)), from: 0)
        check("second range", range(payments(180..<190)), from: 1)
        work()
        #expect(delivered.all == ["a few", "first range", "second range", "a flood"])
    }

    @Test func aClientHearsOfEachTransactionByItself() async {
        _ = startThreads()
        let verdicts = await gate.check(payments(0..<40, forged: 33), of: .client("somebody"))
        gate.close(workers: 1)
        #expect(verdicts.map { $0 != nil } == (0..<40).map { $0 != 33 })
    }
}

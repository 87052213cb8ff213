import ChainCore
import ConsensusCore
import CoreMetrics
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import ReplicaCore
import Synchronization
import Testing

/// Durable before visible: the lane between a replica and its peers, with real files.
@Suite struct SafetyLaneTests {
    private let network: SignedNetwork
    private let home: Folder
    private let store: ChainStore
    private let log: VoteLog
    private let peers: Listeners
    private let lane: SafetyLane

    init() throws {
        let network = try SignedNetwork()
        let home = try Folder()
        store = try ChainStore.create(home: home.path, genesis: network.genesis)
        log = try VoteLog.create(home: home.path, electorate: network.electorate, key: network.keys[0])
        let peers = Listeners(home: home.path, network: network, store: store)
        let electorate = network.electorate
        lane = SafetyLane(
            store: store,
            voteLog: log,
            network: peers,
            watch: StoreWatch(clock: SystemClock(), registry: NOOPMetricsHandler.instance),
            gate: { Verified.check($0, in: electorate, by: StrictEd25519()) },
            deliver: { peers.note(own: $0) }
        )
        (self.network, self.home, self.peers) = (network, home, peers)
    }

    /// A directory that goes with the test.
    private final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "/farthing-" + UUID().uuidString
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// All peers at once: at every message they look at what is on disk.
    private final class Listeners: PeerSending {
        private let home: String
        private let network: SignedNetwork
        private let store: ChainStore
        private let heard = Mutex<[String]>([])

        init(home: String, network: SignedNetwork, store: ChainStore) {
            (self.home, self.network, self.store) = (home, network, store)
        }

        var all: [String] { heard.withLock { $0 } }

        func send(_ message: PeerMessage, to peers: [PublicKey]) {
            Issue.record("the lane tells everybody: \(message)")
        }

        func broadcast(_ message: PeerMessage) {
            do {
                switch message {
                case .vote(let vote): note("vote \(vote.body.view)", isDurable: try isLogged(vote))
                case .proposal(let proposal):
                    let isStored = try store.block(proposal.vote.body.block ?? .zero) != nil
                    note("proposal \(proposal.vote.body.view)", isDurable: try isLogged(proposal.vote) && isStored)
                case .evidence(let evidence):
                    note("evidence \(evidence.view)", isDurable: try store.evidence().contains(evidence))
                default: Issue.record("not for this lane: \(message)")
                }
            } catch {
                Issue.record(error)
            }
        }

        func note(own event: ReplicaEvent) {
            guard case .voted(let vote) = event else {
                Issue.record("the lane answers with votes: \(event)")
                return
            }
            note("own \(vote.value.body.view)", isDurable: true)
        }

        private func note(_ what: String, isDurable: Bool) {
            heard.withLock { $0.append(isDurable ? what : "\(what), which is not on disk") }
        }

        /// Whether both files hold the vote, and a notarize's block is there.
        private func isLogged(_ vote: Vote) throws -> Bool {
            let (a, b) = (try file("votes.a"), try file("votes.b"))
            let reading = try VoteLogReading(a: a, b: b, network: network.id, key: network.keys[0].publicKey)
            guard a == b, reading.book.votes.contains(vote) else { return false }
            guard case .notarize = vote.body else { return true }
            return try store.block(vote.body.block ?? .zero) != nil
        }

        private func file(_ name: String) throws -> [UInt8] {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: home + "/" + name)))
        }
    }

    private func notarize(_ block: Block, in view: UInt64 = 1) -> VoteBody {
        .notarize(epoch: .zero, view: View(view), parentView: .zero, block: block.hash)
    }

    private func nullify(_ view: UInt64) -> VoteBody { .nullify(epoch: .zero, view: View(view)) }

    /// Closes the lane and does all that waits.
    private func work() throws {
        lane.close()
        try lane.work()
    }

    // MARK: - Tests

    @Test func aVoteLeavesWhenBothFilesAndItsBlockAreOnDisk() throws {
        let block = try network.firstBlock(network.payments(0..<3))
        lane.put(.storeBlock(block, view: View(1)))
        lane.put(.vote(notarize(block)))
        lane.put(.vote(nullify(2)))
        #expect(peers.all.isEmpty)
        try work()
        #expect(peers.all == ["vote 1", "own 1", "vote 2", "own 2"])
        #expect(log.votes.count == 2)
        #expect(lane.wait(for: lane.lastOrder))
    }

    /// What had piled up is written together; each is sent in the order in which it was ordered.
    @Test func aProposalCarriesTheVoteThatWasLogged() throws {
        let block = try network.firstBlock(network.payments(0..<3))
        let draft = ProposalDraft(
            body: notarize(block),
            header: block.header,
            leaves: block.transactions.map(\.leaf),
            evidence: [],
            parentCertificate: nil,
            nullifications: []
        )
        lane.put(.storeBlock(block, view: View(1)))
        lane.put(.propose(draft))
        lane.put(.vote(nullify(1)))
        try work()
        #expect(peers.all == ["proposal 1", "own 1", "vote 1", "own 1"])
    }

    @Test func nothingLeavesWhenTheLogRefuses() throws {
        let (one, other) = (
            try network.firstBlock(network.payments(0..<1)), try network.firstBlock(network.payments(1..<2))
        )
        lane.put(.vote(nullify(3)))
        lane.put(.vote(notarize(one)))
        lane.put(.vote(notarize(other)))
        #expect(throws: NodeFailure.self) { try work() }
        #expect(peers.all.isEmpty)
        #expect(log.votes.isEmpty)
        #expect(!lane.wait(for: lane.lastOrder), "who waits for it must not go on")
    }

    @Test func evidenceIsKeptBeforeItIsTold() throws {
        let votes = try [network.payments(0..<1), network.payments(1..<2)].map {
            network.vote(notarize(try network.firstBlock($0)), by: 2)
        }
        lane.put(.storeEvidence(try #require(Evidence(votes[0], votes[1]))))
        try work()
        #expect(peers.all == ["evidence 1"])
    }

    @Test func aFinalViewIsInTheFilesAfterACleanStop() throws {
        lane.put(.vote(nullify(1)))
        lane.put(.forgetVotes(upTo: View(5)))
        try work()
        let files = try ["votes.a", "votes.b"].map {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: home.path + "/" + $0)))
        }
        let reading = try VoteLogReading(a: files[0], b: files[1], network: network.id, key: network.keys[0].publicKey)
        #expect(reading.book.finalView == View(5))
        #expect(reading.book.votes.isEmpty)
    }
}

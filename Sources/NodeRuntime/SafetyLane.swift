package import ChainCore
package import ConsensusCore
package import Cryptography
package import LevelDBStorage
package import Primitives
package import ReplicaCore
import Synchronization
import TCPGossip

/// Makes blocks and votes durable, then sends what depends on them: first in, first out, on a thread of its own.
///
/// Invariant: no vote leaves before its record is on both files of the vote log, no notarize before its block is on disk,
/// and neither notarize nor finalize before the certificates that were ordered before it are (spec 3.5). What has piled
/// up shares its syncs; only sending waits, for all of them.
package final class SafetyLane: Sendable {
    package enum Order: Sendable {
        case storeBlock(Block, view: View)
        case storeCertificate(Certificate)
        case storeEvidence(Evidence)
        case vote(VoteBody)
        case propose(ProposalDraft)
        case forgetVotes(upTo: View)
    }

    private struct Item: Sendable {
        let number: UInt64
        let order: Order
    }

    private let mailbox = Mailbox<Item>()
    private let ordered = Atomic<UInt64>(0)
    private let progress = Progress()
    private let store: ChainStore
    private let voteLog: VoteLog?
    private let network: any PeerSending
    private let watch: StoreWatch
    private let deliver: @Sendable (ReplicaEvent) -> Void
    private let gate: @Sendable (Vote) -> Verified<Vote>?

    package init(
        store: ChainStore,
        voteLog: VoteLog?,
        network: any PeerSending,
        watch: StoreWatch,
        gate: @escaping @Sendable (Vote) -> Verified<Vote>?,
        deliver: @escaping @Sendable (ReplicaEvent) -> Void
    ) {
        self.store = store
        self.voteLog = voteLog
        self.network = network
        self.watch = watch
        self.gate = gate
        self.deliver = deliver
    }

    /// Takes an order; only the loop calls this, so the numbers ascend in its order.
    package func put(_ order: Order) {
        let number = ordered.add(1, ordering: .relaxed).newValue
        mailbox.put(Item(number: number, order: order))
    }

    /// The number of the last order so far: what a commit has to wait for.
    package var lastOrder: UInt64 { ordered.load(ordering: .relaxed) }

    /// Waits until an order is done; answers false when the lane has ended before.
    package func wait(for number: UInt64) -> Bool { progress.wait(for: number) }

    package func close() { mailbox.close() }

    /// Works until the lane is closed and empty, or something fails.
    package func work() throws(NodeFailure) {
        defer { progress.end() }
        while let items = mailbox.take() {
            try perform(items.map(\.order))
            if let last = items.last { progress.reach(last.number) }
        }
        // A raised final view waits in memory for the next vote; after a clean stop there is none.
        do {
            try voteLog?.flush()
        } catch {
            throw .voteLog(error)
        }
    }

    private func perform(_ orders: [Order]) throws(NodeFailure) {
        var blocks: [(block: Block, view: View)] = []
        var certificates: [Certificate] = []
        var evidence: [Evidence] = []
        var bodies: [VoteBody] = []
        var drafts: [VoteBody: ProposalDraft] = [:]
        var forgotten: View?
        for order in orders {
            switch order {
            case .storeBlock(let block, let view): blocks.append((block, view))
            case .storeCertificate(let certificate): certificates.append(certificate)
            case .storeEvidence(let item): evidence.append(item)
            case .vote(let body): bodies.append(body)
            case .propose(let draft):
                bodies.append(draft.body)
                drafts[draft.body] = draft
            case .forgetVotes(let view): forgotten = view
            }
        }
        var votes: [Vote] = []
        try watch.timing(.safety) { () throws(NodeFailure) in
            do throws(StorageError) {
                try store.store(
                    blocks: blocks,
                    certificates: certificates,
                    beforeVotes: bodies.contains(where: \.restsOnCertificates)
                )
                if !evidence.isEmpty { try store.storeEvidence(evidence) }
            } catch {
                throw .storage(error)
            }
            votes = try record(bodies)
        }
        for vote in votes { send(vote, draft: drafts[vote.body]) }
        for item in evidence { network.broadcast(.evidence(item)) }
        if let forgotten { try forget(upTo: forgotten) }
    }

    private func record(_ bodies: [VoteBody]) throws(NodeFailure) -> [Vote] {
        guard !bodies.isEmpty else { return [] }
        guard let voteLog else { preconditionFailure("a node without a vote log never signs: its mode says so") }
        do {
            return try voteLog.record(bodies)
        } catch {
            throw .voteLog(error)
        }
    }

    private func send(_ vote: Vote, draft: ProposalDraft?) {
        if let draft {
            network.broadcast(.proposal(draft.signed(by: vote)))
        } else {
            network.broadcast(.vote(vote))
        }
        guard let verified = gate(vote) else { preconditionFailure("what our own key signs verifies under it") }
        deliver(.voted(verified))
    }

    private func forget(upTo view: View) throws(NodeFailure) {
        do {
            try voteLog?.raiseFinalView(view)
        } catch {
            throw .voteLog(error)
        }
    }
}

/// What the lanes and the loop ask of the peers; a node alone has nobody to send to.
package protocol PeerSending: Sendable {
    func send(_ message: PeerMessage, to peers: [PublicKey])
    func broadcast(_ message: PeerMessage)
}

extension PeerNetwork: PeerSending {}

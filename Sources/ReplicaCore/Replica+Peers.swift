import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives

/// What a replica remembers of a connected peer.
struct Peer: Sendable {
    /// Its place among the validators; nil for a follower.
    let index: Int?
    var status: Status?
    /// When I last helped it along with a certificate (monotonic).
    var helpedAt: Milliseconds?
    /// How far its clock was ahead of mine at its last status, in milliseconds.
    var clockOffset: Int64 = 0
    /// Bytes of answers that it may still have.
    var answers: Allowance

    init(index: Int?, at now: Milliseconds) {
        self.index = index
        answers = .answers(at: now)
    }
}

/// Transactions that clients brought and peers haven't been told of.
struct Outbox: Sendable {
    var waiting: [IdentifiedTransaction] = []
    /// The next moment at which they may go out (monotonic).
    var notBefore = Milliseconds.zero

    /// Where the next announcement of all that waits goes on, in the order of arrival: each retry takes a part.
    var announceFrom: UInt64 = 0
    /// The final height at the last retry; nil before the first.
    private var heightBefore: Height?
    /// How many transactions had arrived at each of the last retries, the latest last.
    private var arrivalsBefore: [UInt64] = []

    /// Notes a retry; answers which arrivals are to be announced again, those before this one.
    ///
    /// While blocks become final connections work, and so does gossip: then only what was there ten retries ago.
    mutating func retried(at height: Height, arrivalCount: UInt64) -> UInt64 {
        let isMoving = heightBefore.map { $0 < height } ?? false
        heightBefore = height
        if arrivalsBefore.count == Self.patience { arrivalsBefore.removeFirst() }
        arrivalsBefore.append(arrivalCount)
        guard isMoving else { return arrivalCount }
        return arrivalsBefore.count == Self.patience ? arrivalsBefore[0] : 0
    }

    private static var patience: Int { 10 }
    static var pause: Milliseconds { Milliseconds(20) }
    static var announcedAtOnce: Int { 4_096 }
    /// Up to this size a transaction is sent unasked: asking for it would cost more than a copy too many.
    static var pushedByteCountMax: Int { 8 << 10 }

    var deadline: Milliseconds? { waiting.isEmpty ? nil : notBefore }
}

// Who is connected, what they say of themselves, and gossip (spec 3.3, 4.1).
extension Replica {
    var connectedValidators: [PublicKey] { peers.filter { $0.value.index != nil }.keys.sorted() }

    mutating func greet(_ key: PublicKey) {
        let index = rules.electorate.validators.index(ofNodeKey: key)
        peers[key] = Peer(index: index, at: now.monotonic)
        effects.append(.send(.status(status), to: [key]))
        guard let index else { return }
        run(.connected(index))
        // An empty list is an answer too: the peer counts it (spec 3.7(6)).
        let held = HeldVotes(
            epoch: consensus.epoch,
            finalView: consensus.finalView,
            votes: consensus.heldVotes(of: index)
        )
        effects.append(.send(.heldVotes(held), to: [key]))
        let leaves = mempool.waiting(limit: PeerLimits.leavesMax).transactions.map { $0.leaf }
        if !leaves.isEmpty { effects.append(.send(.announce(leaves), to: [key])) }
    }

    mutating func leave(_ key: PublicKey) {
        guard let peer = peers.removeValue(forKey: key) else { return }
        sync.forget(key)
        if let index = peer.index { run(.disconnected(index)) }
    }

    // MARK: - Status

    var status: Status {
        Status(
            epoch: consensus.epoch,
            finalHeight: tip.height,
            finalView: consensus.finalView,
            finalHash: tipHash,
            currentView: consensus.current,
            wallClock: now.wall
        )
    }

    mutating func sendStatusIfDue() {
        guard now.monotonic >= nextStatus else { return }
        nextStatus = now.monotonic.adding(consensus.pace.retry)
        let everybody = peers.keys.sorted()
        if !everybody.isEmpty { effects.append(.send(.status(status), to: everybody)) }
        // Who doesn't sign has no view timers and so no retries, but clients all the same.
        if consensus.mode != .signing { announceAgain() }
    }

    mutating func receive(_ status: Status, from key: PublicKey) {
        guard var peer = peers[key] else { return }
        peer.status = status
        peer.clockOffset = Int64(clamping: status.wallClock.number) - Int64(clamping: now.wall.number)
        // A peer that is behind gets what brings it to my view, at most once in a retry.
        let isBehind = status.finalView < consensus.finalView || status.currentView < consensus.current
        let mayHelp = peer.helpedAt.map { $0.adding(consensus.pace.retry) <= now.monotonic } ?? true
        if isBehind, mayHelp {
            peer.helpedAt = now.monotonic
            for certificate in [consensus.finalization, consensus.entry].compactMap(\.self) {
                effects.append(.send(.certificate(certificate), to: [key]))
            }
        }
        peers[key] = peer
    }

    mutating func receive(_ held: HeldVotes, from key: PublicKey) {
        guard held.epoch == consensus.epoch, let index = peers[key]?.index, let me else { return }
        run(.heldVotes(from: index, held.votes.filter { Int($0.signer) == me }))
    }

    // MARK: - Answers

    /// Whether a peer has answers left: what it asks for beyond its share is dropped, and it asks somebody else (4.1).
    mutating func mayAsk(_ key: PublicKey) -> Bool { peers[key]?.answers.hasAny(at: now.monotonic) ?? false }

    /// Answers a request of this peer, at its expense.
    mutating func reply(_ message: PeerMessage, to key: PublicKey) {
        peers[key]?.answers.spend(message.answerByteCount, at: now.monotonic)
        effects.append(.send(message, to: [key]))
    }

    // MARK: - Gossip of transactions

    mutating func admit(_ transactions: [Verified<IdentifiedTransaction>], from peer: PublicKey) {
        for transaction in transactions {
            requested[transaction.leaf] = nil
            if case .admitted(let dropped) = mempool.admit(transaction, ledger: ledger, now: now.wall) {
                self.dropped += dropped
            }
        }
        work.mayHaveChanged = true
        complete(with: transactions.map(\.value))
    }

    /// Passes on transactions that a client brought: small ones to everybody, larger ones to the coming leaders, and the
    /// others are told of them.
    ///
    /// The first goes out in its own turn, those that come within the pause after it go together: at thousands a second
    /// a message for each would cost more than the payments.
    mutating func spread(_ transactions: [Verified<IdentifiedTransaction>]) {
        outbox.waiting.append(contentsOf: transactions.map(\.value))
        emptyOutboxIfDue()
    }

    mutating func emptyOutboxIfDue() {
        guard !outbox.waiting.isEmpty, now.monotonic >= outbox.notBefore else { return }
        outbox.notBefore = now.monotonic.adding(Outbox.pause)
        let transactions = outbox.waiting
        outbox.waiting = []
        push(transactions.filter { $0.byteCount <= Outbox.pushedByteCountMax }, to: connectedValidators)
        let large = transactions.filter { $0.byteCount > Outbox.pushedByteCountMax }
        let leaders = comingLeaders
        push(large, to: leaders)
        let others = connectedValidators.filter { !leaders.contains($0) }
        if !large.isEmpty, !others.isEmpty { effects.append(.send(.announce(large.map(\.leaf)), to: others)) }
    }

    private mutating func push(_ transactions: [IdentifiedTransaction], to receivers: [PublicKey]) {
        guard !receivers.isEmpty else { return }
        for bundle in bundles(of: transactions) { effects.append(.send(.transactions(bundle), to: receivers)) }
    }

    /// The connected leaders of cur and cur + 1, but for me.
    private var comingLeaders: [PublicKey] {
        let validators = rules.electorate.validators
        let indexes = [consensus.current, consensus.current.next].map { validators.leader(of: $0, in: consensus.epoch) }
        let keys = Set(indexes.filter { $0 != me }.map { validators.validators[$0].nodeKey })
        return keys.filter { peers[$0] != nil }.sorted()
    }

    /// Splits transactions into bundles of bounded size.
    private func bundles(of transactions: [IdentifiedTransaction]) -> [[IdentifiedTransaction]] {
        var bundles: [[IdentifiedTransaction]] = []
        var bundle: [IdentifiedTransaction] = []
        var byteCount = 0
        for transaction in transactions {
            if byteCount + transaction.byteCount > PeerLimits.bundleByteCountMax, !bundle.isEmpty {
                bundles.append(bundle)
                bundle = []
                byteCount = 0
            }
            bundle.append(transaction)
            byteCount += transaction.byteCount
        }
        if !bundle.isEmpty { bundles.append(bundle) }
        return bundles
    }

    /// Asks for announced transactions that I lack and haven't asked for lately.
    mutating func pull(_ leaves: [Hash32], from peer: PublicKey) {
        // A bound on what announcements can make me remember: forget old wishes, then all.
        if requested.count > PeerLimits.leavesMax {
            requested = requested.filter { $0.value.adding(consensus.pace.retry) > now.monotonic }
            if requested.count > PeerLimits.leavesMax { requested = [:] }
        }
        var wanted: [Hash32] = []
        for leaf in leaves where !mempool.contains(leaf: leaf) {
            if let asked = requested[leaf], asked.adding(consensus.pace.retry) > now.monotonic { continue }
            requested[leaf] = now.monotonic
            wanted.append(leaf)
        }
        if !wanted.isEmpty { effects.append(.send(.transactionRequest(wanted), to: [peer])) }
    }

    mutating func serve(_ leaves: [Hash32], to peer: PublicKey) {
        let found = leaves.compactMap { mempool.transaction(leaf: $0)?.value }
        for bundle in bundles(of: found) { reply(.transactions(bundle), to: peer) }
    }

    /// With every retry: announce what waits, and push a bounded part of it to the coming leaders (spec 3.6 Retry).
    mutating func announceAgain() {
        let end = outbox.retried(at: tip.height, arrivalCount: mempool.arrivalCount)
        guard mempool.count > 0 else { return }
        let part = mempool.waiting(from: outbox.announceFrom, before: end, limit: Outbox.announcedAtOnce)
        outbox.announceFrom = part.next ?? 0
        if !part.transactions.isEmpty { effects.append(.broadcast(.announce(part.transactions.map(\.leaf)))) }
        var bundle: [IdentifiedTransaction] = []
        var byteCount = 0
        for transaction in mempool.waiting(before: end, limit: Outbox.announcedAtOnce).transactions {
            byteCount += transaction.byteCount
            guard byteCount <= PeerLimits.bundleByteCountMax else { break }
            bundle.append(transaction.value)
        }
        let leaders = comingLeaders
        if !bundle.isEmpty, !leaders.isEmpty { effects.append(.send(.transactions(bundle), to: leaders)) }
    }
}

import ChainCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Simulator
import Testing

/// Spec 2.3: no answer ever invites a second signature that could settle too.
///
/// A client wants one payment. It asks any node in any way, sends the same bytes again after a local answer, and signs
/// anew only after `rejected` or `expired`. Nodes lag, restart, and have clocks that are wrong; whoever leads knows every
/// transaction that was ever signed, puts in what the rules allow when it likes, and so does a rival of the same nonce.
@Suite struct OneSettlementTests {
    /// Everything up to depth 6 from genesis: two nodes, two ways of asking, blocks of all kinds.
    @Test func noShortStoryPaysTwice() throws {
        var frontier = [Story(nodeCount: 2)]
        var seen: Set<String> = [frontier[0].key]
        var visited = 0
        var kinds: Set<String> = []
        for _ in 0..<6 {
            var next: [Story] = []
            for story in frontier {
                for move in story.moves(asking: [.submit, .statusByID]) {
                    var after = story
                    try after.make(move)
                    visited += 1
                    kinds.formUnion(after.kinds)
                    #expect(after.settlements <= 1, "\(after.moves)")
                    if seen.insert(after.key).inserted { next.append(after) }
                }
            }
            frontier = next
        }
        #expect(visited > 5_000, "\(visited)")
        #expect(kinds.isSuperset(of: ["final", "rejected", "expired", "pending", "unknown"]), "\(kinds)")
    }

    /// Long ones, by seed: three nodes, every way of asking, restarts.
    @Test(arguments: 1...6)
    func noLongStoryPaysTwice(seed: UInt64) throws {
        var luck = SplitMix64(seed: seed)
        var kinds: Set<String> = []
        var signed = 0
        for _ in 0..<100 {
            var story = Story(nodeCount: 3)
            for _ in 0..<30 {
                guard let move = luck.pick(story.moves(asking: Story.Way.allCases)) else { break }
                try story.make(move)
                #expect(story.settlements <= 1, "seed \(seed): \(story.moves)")
            }
            kinds.formUnion(story.kinds)
            signed += story.attempts.count
        }
        #expect(kinds.isSuperset(of: ["final", "rejected", "expired", "pending", "unknown", "refused"]), "\(kinds)")
        #expect(signed > 100, "\(signed)")
    }

    /// The stories can tell: clients that sign anew after a local answer are found to pay twice.
    @Test func aClientThatSignsAnewAfterALocalAnswerPaysTwice() throws {
        var luck = SplitMix64(seed: 1)
        var paidTwice = 0
        for _ in 0..<60 {
            var story = Story(nodeCount: 3)
            story.isImpatient = true
            for _ in 0..<30 {
                guard let move = luck.pick(story.moves(asking: Story.Way.allCases)) else { break }
                try story.make(move)
            }
            if story.settlements > 1 { paidTwice += 1 }
        }
        #expect(paidTwice > 0)
    }
}

/// One way that things may go.
private struct Story {
    enum Way: CaseIterable { case submit, statusByBytes, statusByID }

    enum Move {
        case ask(node: Int, Way)
        case follow(node: Int)
        case restart(node: Int)
        /// A block so many milliseconds later, with one of the transactions or none.
        case block(after: UInt64, with: Int?)
    }

    private static let federation = Federation.quick()
    private static let lifetime: UInt64 = 1_500
    private static let attemptsMax = 3

    private var chain = FinalChain(federation)
    private var nodes: [FollowingNode]
    /// What the client signed for its one payment, the latest last.
    private(set) var attempts: [Verified<IdentifiedTransaction>] = []
    private let rival = federation.pay(9, nonce: 1, until: 1_000)
    private(set) var moves: [Move] = []
    private(set) var kinds: Set<String> = []
    private var hasVerdict = false
    var isImpatient = false

    init(nodeCount: Int) {
        // Node 1's clock is an hour ahead, node 2's has stopped.
        nodes = (0..<nodeCount).map {
            FollowingNode(Self.federation, wall: Self.federation.at($0 == 1 ? 3_600_000 : 0))
        }
        sign()
    }

    /// How many of the client's signatures took effect.
    var settlements: Int { attempts.count { isFinal($0) } }

    private var everything: [Verified<IdentifiedTransaction>] { attempts + [rival] }

    private func isFinal(_ transaction: Verified<IdentifiedTransaction>) -> Bool {
        chain.blocks.contains { $0.block.transactions.contains { $0.id == transaction.id } }
    }

    /// Stories with equal keys go on alike.
    var key: String {
        let blocks = chain.blocks.map { "\($0.block.time) \($0.block.transactions.map(\.id))" }
        let nodes = nodes.map { node in
            "\(node.height) \(node.replica.mempool.waiting(limit: 9).transactions.map(\.value.id))"
        }
        return "\(blocks) \(nodes) \(attempts.map(\.value.id)) \(hasVerdict)"
    }

    /// All that may happen next.
    func moves(asking ways: [Way]) -> [Move] {
        var moves: [Move] = []
        for node in nodes.indices {
            if !hasVerdict { moves += ways.map { .ask(node: node, $0) } }
            if Int(nodes[node].height.number) < chain.blocks.count { moves.append(.follow(node: node)) }
            if nodes[node].replica.mempool.count > 0 { moves.append(.restart(node: node)) }
        }
        for step in [250, 1_600] as [UInt64] {
            moves.append(.block(after: step, with: nil))
            for (index, transaction) in everything.enumerated() where !isFinal(transaction) {
                var trial = chain
                let time = chain.tip.time.adding(Milliseconds(step))
                do {
                    try trial.append([transaction], at: time)
                    moves.append(.block(after: step, with: index))
                } catch {}
            }
        }
        return moves
    }

    mutating func make(_ move: Move) throws {
        moves.append(move)
        switch move {
        case .ask(let node, let way): try ask(node, way)
        case .follow(let node): nodes[node].follow(chain)
        case .restart(let node): try nodes[node].restart()
        case .block(let step, let index):
            let time = chain.tip.time.adding(Milliseconds(step))
            try chain.append(index.map { [everything[$0]] } ?? [], at: time)
        }
    }

    private mutating func ask(_ node: Int, _ way: Way) throws {
        guard let transaction = attempts.last else { return }
        let validUntil = transaction.value.transaction.validUntil
        let answer: TransactionStatus? =
            switch way {
            case .submit: nodes[node].submit(transaction)
            case .statusByBytes: nodes[node].status(of: transaction)
            case .statusByID: nodes[node].status(of: transaction.id, validUntil: validUntil)
            }
        let status = try #require(answer)
        kinds.insert(status.kind)
        switch status {
        case .final:
            #expect(isFinal(transaction), "\(moves)")
            hasVerdict = true
        case .rejected, .expired:
            #expect(!isFinal(transaction), "\(moves)")
            sign()
        case .pending, .unknown, .refused:
            if isImpatient { sign() }
        }
    }

    /// The same payment under another nonce, so that nothing but the verdict before keeps it from settling twice.
    ///
    /// The client's clock is block time: any other would only end its patience earlier or later.
    private mutating func sign() {
        guard attempts.count < Self.attemptsMax else {
            hasVerdict = true
            return
        }
        let number = UInt64(attempts.count)
        let now = chain.tip.time.number - Federation.epochStart.number
        attempts.append(Self.federation.pay(5, nonce: 1 + number, until: now + Self.lifetime + number))
    }
}

extension TransactionStatus {
    fileprivate var kind: String {
        switch self {
        case .final: "final"
        case .rejected: "rejected"
        case .expired: "expired"
        case .pending: "pending"
        case .unknown: "unknown"
        case .refused: "refused"
        }
    }
}

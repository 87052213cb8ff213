import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Simulator
import Testing

/// Spec 2.3: verdicts come from final blocks alone, so a node that knows less says less, and never something else.
@Suite struct AnswerTests {
    let federation = Federation.quick()
    var chain: FinalChain
    var node: FollowingNode

    init() {
        chain = FinalChain(federation)
        node = FollowingNode(federation)
    }

    private mutating func append(_ transactions: [Verified<IdentifiedTransaction>] = [], at time: UInt64) throws {
        try chain.append(transactions, at: federation.at(time))
        node.follow(chain)
    }

    // MARK: - Expired

    /// Neither the node's clock nor a block whose time is validUntil itself ends a transaction.
    @Test mutating func expiresByFinalTimeAndNotAMomentEarlier() throws {
        let payment = federation.pay(5, nonce: 1, until: 2_000)
        let expired = TransactionStatus.expired(validUntil: federation.at(2_000))
        node.wall = federation.at(9_000_000)
        #expect(node.submit(payment) == .pending)
        try append(at: 2_000)
        #expect(node.status(of: payment) == .pending)
        #expect(node.status(of: payment.id, validUntil: federation.at(2_000)) == .pending)
        #expect(node.told.isEmpty)
        try append(at: 2_250)
        #expect(node.status(of: payment) == expired)
        #expect(node.submit(payment) == expired)
        #expect(node.status(of: payment.id, validUntil: federation.at(2_000)) == expired)
        // By its id alone a node can't know when it ends.
        #expect(node.status(of: payment.id) == .unknown(historyFrom: .zero))
    }

    @Test mutating func aSettledTransactionNeverExpires() throws {
        let payment = federation.pay(5, nonce: 1, until: 2_000)
        try append([payment], at: 2_000)
        // Long past its life, and past the life of its replay entry.
        for time in [2_250, 6_000, 8_000, 60_000] as [UInt64] {
            try append(at: time)
            for answer in [
                node.submit(payment), node.status(of: payment), node.status(of: payment.id),
                node.status(of: payment.id, validUntil: federation.at(2_000)),
            ] {
                guard case .final(Height(1), _, _, _) = answer else {
                    Issue.record("at \(time): \(answer.map { "\($0)" } ?? "nothing")")
                    continue
                }
            }
        }
    }

    // MARK: - Nodes that know less

    @Test mutating func aNodeThatLagsSaysNothingForEver() throws {
        let payment = federation.pay(5, nonce: 1, until: 2_000)
        let rival = federation.pay(6, nonce: 1, until: 2_000)
        try chain.append([payment], at: federation.at(1_000))
        try chain.append([], at: federation.at(2_250))
        node.wall = federation.at(60_000)
        // Two blocks behind, of which one holds it and the other ends its life.
        #expect(node.status(of: payment) == .unknown(historyFrom: .zero))
        #expect(node.submit(payment) == .pending)
        #expect(node.submit(rival) == .refused(.noncePending(other: payment.id)))
        #expect(node.status(of: rival) == .unknown(historyFrom: .zero))
        node.follow(chain)
        #expect(node.status(of: payment.id)?.isVerdict == true)
        #expect(node.status(of: rival) == .rejected(.nonceUsed(by: payment.id)))
    }

    /// What an unfinalised block holds or excludes is not decided yet.
    @Test mutating func anUnfinalisedBlockDecidesNothing() throws {
        let payment = federation.pay(5, nonce: 1, until: 2_000)
        let rival = federation.pay(6, nonce: 1, until: 2_000)
        let late = federation.pay(7, nonce: 2, until: 900)
        try chain.append([payment], at: federation.at(1_000))
        node.see(chain.blocks[0].block)
        #expect(node.height == .zero)
        #expect(node.status(of: payment) == .pending)
        #expect(node.status(of: rival) == .unknown(historyFrom: .zero))
        #expect(node.submit(rival) == .pending)
        #expect(node.submit(late) == .pending)
        node.follow(chain)
        #expect(node.status(of: rival) == .rejected(.nonceUsed(by: payment.id)))
        #expect(node.status(of: late) == .expired(validUntil: federation.at(900)))
    }

    @Test mutating func aRestartedNodeSaysTheSameForEver() throws {
        let payment = federation.pay(5, nonce: 1, until: 3_000)
        let rival = federation.pay(6, nonce: 1, until: 4_000)
        let waiting = federation.pay(7, nonce: 2, until: 4_000)
        let dead = federation.pay(8, nonce: 3, until: 900)
        #expect(node.submit(waiting) == .pending)
        try append([payment], at: 1_000)
        let before = [payment, rival, dead].map { node.status(of: $0) }
        #expect(before.allSatisfy { $0?.isVerdict == true })
        try node.restart()
        #expect([payment, rival, dead].map { node.status(of: $0) } == before)
        #expect([payment, rival, dead].map { node.submit($0) } == before)
        // What waited is forgotten, and that is no verdict: the same bytes are taken again.
        #expect(node.status(of: waiting) == .unknown(historyFrom: .zero))
        #expect(node.submit(waiting) == .pending)
    }

    /// Its clock is right and it has not seen a single block of a long chain.
    @Test mutating func aNodeWithoutHistorySaysNothingForEver() throws {
        let payment = federation.pay(5, nonce: 1, until: 2_000)
        for time in [1_000, 2_250, 30_000] as [UInt64] {
            try chain.append(time == 1_000 ? [payment] : [], at: federation.at(time))
        }
        var fresh = FollowingNode(federation, wall: federation.at(30_000))
        #expect(fresh.status(of: payment) == .unknown(historyFrom: .zero))
        #expect(fresh.status(of: payment.id, validUntil: federation.at(2_000)) == .unknown(historyFrom: .zero))
        for _ in 0..<3 {
            fresh.follow(chain)
            guard case .final(Height(1), _, _, _) = fresh.status(of: payment) else {
                Issue.record("final in its first block")
                return
            }
        }
    }

    // MARK: - Those who wait

    @Test mutating func tellsWhoWaitsWhyATransactionLeftAfterTheCommit() throws {
        let settled = federation.pay(5, nonce: 1, until: 3_000)
        let rival = federation.pay(6, nonce: 1, until: 3_000)
        let short = federation.pay(7, from: 1, to: 0, nonce: 2, until: 900)
        #expect(node.submit(rival) == .pending)
        node.gossip(short)
        try append([settled], at: 1_000)
        #expect(node.told.map(\.id) == [rival.id, short.id])
        #expect(
            node.told.map(\.status) == [
                .rejected(.nonceUsed(by: settled.id)), .expired(validUntil: federation.at(900)),
            ]
        )
        #expect(node.told.allSatisfy { $0.height == Height(1) })
    }

    /// Funds fall by what another node took: the latest arrivals hear it, and only they.
    @Test mutating func tellsWhoWaitsThatItsFundsFell() throws {
        let waiting = (UInt64(0)..<3).map { federation.pay(300_000, nonce: $0, until: 4_000) }
        for payment in waiting { #expect(node.submit(payment) == .pending) }
        try append([federation.pay(500_000, nonce: 9, until: 4_000)], at: 1_000)
        #expect(node.told.map(\.id) == [waiting[2].id, waiting[1].id])
        for item in node.told {
            guard case .refused(.insufficientFunds) = item.status else {
                Issue.record("\(item.status)")
                continue
            }
        }
        #expect(node.status(of: waiting[0]) == .pending)
    }

    /// A full pool: whoever comes, from a client or from a peer, drives out the cheapest.
    @Test mutating func tellsWhoWaitsThatThePoolIsFull() throws {
        let federation = Federation.quick(balances: [UInt64](repeating: 1_000_000, count: 14))
        var node = FollowingNode(federation, limits: MempoolLimits(byteCountMax: 1_640))
        let cheap = (0..<10).map {
            federation.pay(5, from: $0, to: 13, nonce: 1, until: 4_000, maxPrice: 10 + UInt64($0))
        }
        for payment in cheap { #expect(node.submit(payment) == .pending) }
        #expect(node.submit(federation.pay(5, from: 10, to: 13, nonce: 1, until: 4_000)) == .pending)
        node.gossip(federation.pay(5, from: 11, to: 13, nonce: 1, until: 4_000))
        #expect(node.told.map(\.id) == [cheap[0].id, cheap[1].id])
        #expect(node.told.map(\.status) == [.refused(.busy), .refused(.busy)])
        #expect(node.status(of: cheap[0]) == .unknown(historyFrom: .zero))
    }

    @Test mutating func tellsNobodyOfWhatSettled() throws {
        let payment = federation.pay(5, nonce: 1, until: 3_000)
        #expect(node.submit(payment) == .pending)
        try append([payment], at: 1_000)
        #expect(node.told.isEmpty)
        #expect(node.replica.mempool.count == 0)
    }
}

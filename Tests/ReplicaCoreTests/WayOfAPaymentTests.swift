import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Simulator
import Testing

/// A payment's way through one node, and the order of what it asks for on the way.
@Suite struct WayOfAPaymentTests {
    @Test func aLoneValidatorMakesAPaymentFinalInThreeTurns() throws {
        var bench = ReplicaBench(1, me: 0)
        let payment = bench.payment(1)
        let first = bench.step(.submitted([payment], Ticket(7)))
        // The block is on disk before the vote for it; the client hears at once that its payment waits.
        let store = try #require(first.place { if case .storeBlock = $0 { true } else { false } })
        let propose = try #require(first.place { if case .propose = $0 { true } else { false } })
        #expect(store < propose)
        let answers = first.compactMap { effect in
            if case .answer(.submission(let judgements), Ticket(7)) = effect {
                judgements.map(\.otherwise)
            } else {
                nil
            }
        }
        #expect(answers == [[.pending]])

        let notarize = try #require(first.votes.first)
        let second = bench.voted(notarize)
        let finalize = try #require(second.votes.first)
        #expect(finalize.kind == .finalize)
        #expect(second.committed.isEmpty)

        let third = bench.voted(finalize)
        #expect(third.committed == [Height(1)])
        #expect(
            bench.replica.ledger.account(AccountID(bench.federation.payers[1].publicKey))?.balance.units
                == 1_000_000_005
        )
        #expect(bench.replica.mempool.count == 0)
        let view = finalize.view
        #expect(
            bench.step(.committed(height: Height(1), view: view)).contains { effect in
                if case .forgetVotes(view) = effect { true } else { false }
            }
        )
    }

    @Test func anIdleNodeAsksForNothingButItsNextStatus() {
        var bench = ReplicaBench(4, me: 0)
        bench.pass(1_000)
        for _ in 0..<20 {
            let effects = bench.pass(1_000)
            #expect(effects.count == 2)
            #expect(effects.sent.count == 1)
            #expect(effects.wakes == [Milliseconds(bench.monotonic + 1_000)])
        }
    }

    @Test func aNewPaymentGoesToEveryValidatorAtOnce() {
        var bench = ReplicaBench(7, me: 0)
        let sent = bench.step(.submitted([bench.payment(1)], Ticket(1))).sent
        let whole = sent.filter { if case .transactions = $0.message { true } else { false } }
        #expect(whole.map(\.peers) == [(1...6).map { bench.key($0) }.sorted()])
        #expect(!sent.contains { if case .announce = $0.message { true } else { false } })
    }

    /// A client may bring it to several nodes, and a copy too many of it costs more than a request.
    @Test func aLargeTransactionGoesToTheComingLeadersWholeAndIsAnnouncedToTheOthers() {
        var bench = ReplicaBench(7, me: 0)
        let large = bench.payment(1, amount: 100_000, payeeCount: 300)
        #expect(large.value.byteCount > 8_192)
        let sent = bench.step(.submitted([large], Ticket(1))).sent
        let whole = sent.filter { if case .transactions = $0.message { true } else { false } }.flatMap(\.peers)
        let announced = sent.filter { if case .announce([large.leaf]) = $0.message { true } else { false } }.flatMap(
            \.peers
        )
        // Views 1 and 2 are led by validators 1 and 2.
        #expect(whole == [bench.key(1), bench.key(2)].sorted())
        #expect(announced == (3...6).map { bench.key($0) }.sorted())
    }

    @Test func paymentsThatComeInQuickSuccessionAreSpreadTogether() {
        var bench = ReplicaBench(4, me: 0)
        func spread(_ effects: [ReplicaEffect]) -> [Int] {
            effects.sent.compactMap { if case .transactions(let bundle) = $0.message { bundle.count } else { nil } }
        }
        #expect(spread(bench.step(.submitted([bench.payment(1)], Ticket(1)))) == [1])
        for nonce in 2...9 as ClosedRange<UInt64> {
            #expect(spread(bench.step(.submitted([bench.payment(nonce)], Ticket(nonce)))).isEmpty)
        }
        #expect(spread(bench.pass(20)) == [8])
    }

    @Test func aPaymentThatNobodyCanReachWakesNobody() {
        var bench = ReplicaBench(4, me: 0)
        // Alone it would pay the highest price of 200 per share.
        bench.step(.submitted([bench.payment(1, maxPrice: 10)], Ticket(1)))
        #expect(bench.replica.mempool.count == 1)
        #expect(!bench.replica.consensus.isArmed)
        // In company the price is within reach of all.
        bench.step(.submitted((2...600).map { bench.payment($0, maxPrice: 10) }, Ticket(2)))
        bench.pass(50)
        #expect(bench.replica.consensus.isArmed)
    }

    /// What waits may stand in the block that is missing: a node that armed for it would stay armed alone.
    @Test func aPaymentWakesNobodyWhoLacksTheHighestCertifiedBlock() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[bench.payment(1)]])[0]
        bench.hear(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])), from: 1)
        bench.step(.submitted([bench.payment(1)], Ticket(1)))
        #expect(bench.replica.consensus.current == View(2))
        #expect(!bench.replica.consensus.isArmed)
        bench.hear(.blockResponse(block), from: 1)
        #expect(!bench.replica.consensus.isArmed)
        bench.step(.submitted([bench.payment(2)], Ticket(2)))
        bench.pass(20)
        #expect(bench.replica.consensus.isArmed)
    }

    /// Arm (e): nothing but a block's time can expire a payment.
    @Test func aPaymentThatWaitsToExpireWakesTheNode() {
        var bench = ReplicaBench(4, me: 0)
        bench.step(.submitted([bench.payment(1, maxPrice: 10)], Ticket(1)))
        for _ in 0..<199 { bench.pass(1_000) }
        #expect(!bench.replica.consensus.isArmed)
        for _ in 0..<3 { bench.pass(1_000) }
        #expect(bench.replica.consensus.isArmed)
    }

    @Test func statusOfAPaymentInAnUnfinalisedBlockIsPending() throws {
        var bench = ReplicaBench(4, me: 0)
        let payment = bench.payment(1)
        let block = try bench.chain([[payment]])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        bench.hear(.bodyResponse(BodyResponse(block: block.hash, transactions: [payment.value])), from: 1)
        let statuses = bench.step(.asked(.status(payment.id, transaction: nil, validUntil: nil), Ticket(1))).compactMap
        {
            if case .answer(.status(let judgement, _), _) = $0 { judgement.otherwise } else { nil }
        }
        #expect(statuses == [.pending])
    }
}

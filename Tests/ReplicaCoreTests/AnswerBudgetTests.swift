import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore
import Simulator
import Testing

/// Spec 4.1: answers are bounded by bytes, whatever the requests look like.
@Suite struct AnswerBudgetTests {
    /// A block with one large transaction, executed here and in the mempool.
    private func prepared() throws -> (ReplicaBench, Block) {
        var bench = ReplicaBench(4, me: 0)
        let payment = Payment(payee: AccountID(bench.federation.payers[1].publicKey), amount: Amount(units: 1))
        let transaction = Transaction(
            payer: AccountID(bench.federation.payers[0].publicKey),
            nonce: 1,
            validUntil: Milliseconds(bench.wall + 200_000),
            maxPrice: 300,
            action: .pay([Payment](repeating: payment, count: 1_000))
        )
        let signed = bench.federation.sign(transaction, by: bench.federation.payers[0])
        let block = try bench.chain([[signed]])[0]
        bench.step(.submitted([signed], Ticket(1)))
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        return (bench, block)
    }

    @Test func aPeerThatAsksForTheSameBytesForEverGetsItsShareAndTheOthersTheirs() throws {
        let (fresh, block) = try prepared()
        let leaves = block.transactions.map(\.leaf)
        for request in [
            PeerMessage.transactionRequest(leaves), .bodyRequest(BodyRequest(block: block.hash, leaves: leaves)),
            .blockRequest(BlockRequest(hash: block.hash)),
        ] {
            var bench = fresh
            var byteCount = 0
            while let answer = bench.hear(request, from: 2).sent.first, byteCount < 80 << 20 {
                #expect(answer.peers == [bench.key(2)])
                byteCount += answer.message.answerByteCount
            }
            #expect(byteCount >= 64 << 20)
            #expect(byteCount < 65 << 20, "type \(request.typeCode)")
            #expect(!bench.hear(request, from: 3).sent.isEmpty)
            // A second later there is a second's worth again.
            bench.pass(1_000)
            #expect(!bench.hear(request, from: 2).sent.isEmpty)
        }
    }

    @Test func anAnswersSizeIsAboutWhatItsBytesAre() throws {
        let (bench, block) = try prepared()
        let certificate = bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])
        for message in [
            PeerMessage.blockResponse(block), .syncResponse(bench.range([block], by: [1, 2, 3])),
            .bodyResponse(BodyResponse(block: block.hash, transactions: block.transactions)),
            .transactions(block.transactions), .certificate(certificate), .vote(bench.vote(certificate.body, by: 1)),
        ] {
            let size = message.encoded().count
            #expect((size / 2...size + 2_048).contains(message.answerByteCount), "\(size) \(message.answerByteCount)")
        }
    }

    // MARK: - Reads from disk

    private let now = Milliseconds(5_000)

    @Test func onePeerCannotFillTheQueueOfReads() {
        let (peer, other) = (ReplicaBench(4, me: 0).key(1), ReplicaBench(4, me: 0).key(2))
        var budgets = ReadBudgets()
        for _ in 0..<ReadBudgets.waitingMax { #expect(budgets.admit(peer, at: now) == true) }
        #expect(budgets.admit(peer, at: now) == false)
        #expect(budgets.admit(other, at: now) == true)
        budgets.done(peer, byteCount: 0, at: now)
        #expect(budgets.admit(peer, at: now) == true)
        #expect(budgets.admit(peer, at: now) == false)
    }

    @Test func whatWasReadForAPeerIsBoundedByTheSecond() {
        let peer = ReplicaBench(4, me: 0).key(1)
        var budgets = ReadBudgets()
        var byteCount = 0
        while budgets.admit(peer, at: now), byteCount < 100 << 20 {
            budgets.done(peer, byteCount: 4 << 20, at: now)
            byteCount += 4 << 20
        }
        #expect(byteCount == 64 << 20)
        #expect(budgets.admit(peer, at: now.adding(Milliseconds(1_000))) == true)
    }
}

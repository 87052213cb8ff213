import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// The chain of ten blocks under `Tests/Vectors/Chain`: each height shows something else that an auditor may meet.
///
/// All keys come from fixed seeds and Ed25519 is deterministic, so every run makes the same bytes.
struct GoldenChain {
    private(set) var chain: TestChain
    /// What stands in each block, in the order of the heights.
    private(set) var stories: [String] = []
    /// Beside the chain: a nullification that came as well as block 6's notarization, and one of the view after the tip.
    let waiting: [Certificate]
    let waitingEvidence: [Evidence]

    /// An account that genesis doesn't know: it is opened on the chain, and pays later.
    static let newcomer = TestChain.key(6, 0)

    init() throws {
        chain = try TestChain(validators: 4)
        waiting = [chain.nullification(View(8)), chain.nullification(View(14), by: [0, 1, 3])]
        waitingEvidence = [try chain.evidence(against: 3, view: View(14))]
        try makeFirstHalf()
        try makeSecondHalf()
    }

    private mutating func makeFirstHalf() throws {
        let newcomer = AccountID(Self.newcomer.publicKey)
        try add(
            "a payment by itself: it pays the highest price",
            chain.next([chain.payment(from: 0, to: chain.account(1), amount: 250, reference: Array("coffee".utf8))])
        )
        let wages = (0..<3).map { Payment(payee: chain.account($0), amount: Amount(units: 1_000 + UInt64($0))) }
        try add(
            "one transaction of three payments, one of them to the payer, and a lone one beside it",
            chain.next(
                [
                    pay(wages, by: chain.payers[0], nonce: .max),
                    chain.payment(from: 1, to: chain.account(2), amount: 1),
                ],
                after: 250
            )
        )
        try add(
            "a payment opens an account, and a later one of the same block comes to it",
            chain.next([
                chain.payment(from: 1, to: newcomer, amount: 50_000, reference: [0, 0xFF]),
                chain.payment(from: 2, to: newcomer, amount: 1),
            ])
        )
        try add("nothing: a block of a quiet network", chain.next(after: 10_000))
        try add(
            "the first of a new minute, so validators are paid; the two views before it passed without a block",
            chain.next(
                [chain.payment(from: 0, to: chain.account(2), amount: 7, reference: Array("7 \u{20AC}".utf8))],
                after: 30_000,
                skipping: 2
            )
        )
    }

    private mutating func makeSecondHalf() throws {
        let newcomer = AccountID(Self.newcomer.publicKey)
        try add(
            "the opened account pays; only notarized, so it is final through the next block",
            chain.next(
                [
                    pay(
                        [Payment(payee: chain.account(0), amount: Amount(units: 20_000))],
                        by: Self.newcomer,
                        nonce: 1
                    )
                ],
                kind: .notarize
            )
        )
        try add(
            "evidence that validator 1 signed two blocks in one view",
            chain.next(evidence: [chain.evidence(against: 1, view: View(2))])
        )
        let crowd = try (0..<40).map { index in
            try pay(
                (0..<10).map { Payment(payee: TestChain.payee($0), amount: Amount(units: 2_000 + UInt64($0))) },
                by: chain.payers[index % 3],
                nonce: 100 + UInt64(index)
            )
        }
        try add("four hundred payments share the block: each pays the least", chain.next(crowd, after: 500))
        try add(
            "two minutes later, in the last moment of a payment: a payout of two intervals; a view passed without a block",
            chain.next(
                [
                    pay(
                        [Payment(payee: chain.account(1), amount: Amount(units: 123_456))],
                        by: chain.payers[2],
                        nonce: 9
                    )
                ],
                after: 120_000,
                skipping: 1,
                kind: .notarize
            )
        )
        try add(
            "the tip, which is final by its own certificate",
            chain.next([chain.payment(from: 1, to: newcomer, amount: 99)])
        )
    }

    private mutating func add(_ story: String, _ item: JustifiedBlock) throws {
        try chain.append(item)
        stories.append(story)
    }

    private func pay(_ payments: [Payment], by key: SigningKey, nonce: UInt64) throws -> IdentifiedTransaction {
        let transaction = Transaction(
            payer: AccountID(key.publicKey),
            nonce: nonce,
            validUntil: chain.header.time.adding(Milliseconds(120_000)),
            maxPrice: 200,
            action: .pay(payments)
        )
        return chain.sign(transaction, by: key)
    }

    /// The export (spec 8) with records of every kind.
    func export() throws -> [UInt8] {
        var writer = ExportWriter(
            ExportHeader(
                genesis: chain.genesis,
                first: Height(1),
                last: chain.header.height,
                parent: chain.blocks[0].block.parent,
                segmentBlocks: 4
            )
        )
        var bytes = writer.start(certificates: waiting, evidence: waitingEvidence)
        for block in chain.blocks { bytes += try writer.add(block) }
        return bytes + writer.finish()
    }
}

extension TestChain {
    /// Somebody whom genesis doesn't know.
    fileprivate static func payee(_ index: Int) -> AccountID { AccountID(key(7, index).publicKey) }
}

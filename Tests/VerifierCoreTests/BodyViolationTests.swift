import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// A quorum certifies bodies that no honest validator would vote for.
@Suite struct BodyViolationTests {
    private let chain: TestChain
    private let good: [IdentifiedTransaction]

    init() throws {
        var chain = try TestChain(validators: 4)
        try chain.append(try chain.next([chain.payment(from: 0, to: chain.account(1), amount: 5)]))
        good = [
            chain.payment(from: 0, to: chain.account(1), amount: 6),
            chain.payment(from: 1, to: chain.account(2), amount: 7),
        ]
        self.chain = chain
    }

    /// Block 2 with this body, whose header fits the body but nothing else need fit.
    private func block(_ transactions: [IdentifiedTransaction]) throws -> JustifiedBlock {
        var header = try chain.next(good).block.header
        header.transactionCount = UInt32(transactions.count)
        header.transactionBytes = UInt32(
            LedgerHead.transactionBytes(
                count: transactions.count,
                byteCount: transactions.reduce(0) { $0 + $1.byteCount }
            )
        )
        header.transactionsRoot = Merkle.root(leafHashes: transactions.map(\.leaf))
        return chain.justify(
            Block(header: header, network: chain.network, transactions: transactions, evidence: []),
            view: View(2)
        )
    }

    private func finding(_ transactions: [IdentifiedTransaction]) throws -> Finding? {
        let violation = chain.violation(of: chain.blocks + [try block(transactions)])
        #expect(violation?.height == Height(2))
        #expect(violation?.certifiedBy == [0, 1, 2])
        return violation?.finding
    }

    /// The first transaction is good; the second is the good one after `edit`, signed again by its payer.
    private func edited(
        by signer: Int = 1,
        _ edit: (Transaction) -> Transaction
    ) throws -> [IdentifiedTransaction] {
        [good[0], chain.sign(edit(good[1].transaction), by: chain.payers[signer])]
    }

    @Test func theSameHeaderWithItsOwnBodyHolds() throws {
        #expect(chain.violation(of: chain.blocks + [try chain.next(good)]) == nil)
    }

    @Test func aForgedSignatureIsNamedByItsTransaction() throws {
        let forged = [good[0], chain.sign(good[1].transaction, by: chain.payers[0])]
        #expect(try finding(forged) == .signature(.transaction(index: 1)))
    }

    @Test func aChangedAmountUnderTheOldSignatureIsForged() throws {
        let transaction = good[1].transaction.with(amount: 8)
        let forged = IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: good[1].signed.authorization),
            network: chain.network
        )
        #expect(try finding([good[0], forged]) == .signature(.transaction(index: 1)))
    }

    @Test func aTransactionThatSettledBeforeIsNamed() throws {
        let settled = chain.blocks[0].block.transactions[0]
        #expect(
            try finding([good[0], settled]) == .transactions(.nonceUsed(transaction: 1, by: settled.id))
        )
        #expect(
            try finding([good[0], good[0]]) == .transactions(.nonceUsed(transaction: 1, by: good[0].id))
        )
    }

    @Test func anExpiredTransactionIsNamed() throws {
        let transactions = try edited { $0.with(validUntil: chain.header.time) }
        #expect(
            try finding(transactions)
                == .transactions(.expired(transaction: 1, validUntil: chain.header.time))
        )
    }

    @Test func aTransactionFromTheFutureIsNamed() throws {
        let late = chain.header.time.adding(Milliseconds(1_001 + 300_000))
        #expect(
            try finding(try edited { $0.with(validUntil: late) })
                == .transactions(.notYetValid(transaction: 1, from: chain.header.time.adding(Milliseconds(1_001))))
        )
    }

    @Test func moneyThatIsNotThereIsNamed() throws {
        let transactions = try edited { $0.with(amount: 2_000_000_000) }
        #expect(
            try finding(transactions)
                == .transactions(
                    .insufficientFunds(
                        transaction: 1,
                        balance: Amount(units: 1_000_000_011),
                        wanted: Amount(units: 2_000_000_400)
                    )
                )
        )
    }

    @Test func aPriceAboveThePayersMaximumIsNamed() throws {
        #expect(
            try finding(try edited { $0.with(maxPrice: 199) })
                == .transactions(.priceAboveMaximum(transaction: 1, price: 200, maxPrice: 199))
        )
    }

    @Test func moneyForTheFeePoolIsNamed() throws {
        #expect(
            try finding(try edited { $0.with(payee: .pool) })
                == .transactions(.rejected(transaction: 1, .payeeInvalid(payment: 0)))
        )
    }

    @Test func anAccountOpenedWithTooLittleIsNamed() throws {
        let fresh = AccountID(TestChain.key(9, 9).publicKey)
        #expect(
            try finding(try edited { $0.with(payee: fresh) })
                == .transactions(.openingBelowMinimum(transaction: 1, payment: 0, amount: Amount(units: 7)))
        )
    }

    @Test func aPayoutToOthersShowsInTheStateRoot() throws {
        let time = chain.header.time.adding(Milliseconds(61_000))
        let honest = try chain.ledger.execute([], at: time, payoutTo: chain.rules.payoutAccounts)
        let thieves = chain.rules.payoutAccounts.map { _ in chain.rules.payoutAccounts[0] }
        let stolen = try chain.ledger.execute([], at: time, payoutTo: thieves)
        let lie = chain.resealed(try chain.next([], after: 61_000)) { $0.stateRoot = stolen.head.stateRoot }
        #expect(
            chain.violation(of: chain.blocks + [lie])?.finding
                == .header(
                    .stateRoot,
                    expected: .hash(honest.head.stateRoot),
                    found: .hash(stolen.head.stateRoot)
                )
        )
    }

    @Test func aChangeOfValidatorsIsNamed() throws {
        var writer = WireWriter()
        writer.write(Epoch.zero)
        writer.write(vector: chain.electorate.validators.validators)
        writer.write(chain.hash)
        writer.write(SignerBitmap(signers: [], of: 4))
        writer.write(vector: [Signature]())
        writer.write(vector: [Signature]())
        let change = try ValidatorChange(decodingAll: writer.bytes)
        let lie = chain.resealed(try chain.next(good), change: [change]) { _ in }
        #expect(chain.violation(of: chain.blocks + [lie])?.finding == .changeOfValidators(count: 1))
    }

    // MARK: - Evidence

    private func evidenceFinding(_ evidence: [Evidence], after blocks: TestChain? = nil) throws -> Finding? {
        let chain = blocks ?? chain
        return chain.violation(of: chain.blocks + [try chain.next(evidence: evidence)])?.finding
    }

    @Test func oneMisdeedStandsOnTheChainOnce() throws {
        let misdeed = try chain.evidence(against: 2)
        let another = try chain.evidence(against: 2, view: View(2))
        #expect(try evidenceFinding([misdeed]) == nil)
        #expect(
            try evidenceFinding([misdeed, another]) == .evidence(.repeated(index: 1, epoch: .zero, signer: 2))
        )
        var later = chain
        try later.append(try later.next(evidence: [misdeed]))
        #expect(
            try evidenceFinding([another], after: later)
                == .evidence(.repeated(index: 0, epoch: .zero, signer: 2))
        )
    }

    @Test func evidenceOfAnotherEpochIsNamed() throws {
        let misdeed = try chain.evidence(against: 2, epoch: Epoch(1))
        #expect(try evidenceFinding([misdeed]) == .evidence(.foreignEpoch(index: 0, Epoch(1))))
    }

    @Test func moreEvidenceThanValidatorsIsNamed() throws {
        let evidence = try [0, 1, 2, 3, 0].map { try chain.evidence(against: $0) }
        #expect(try evidenceFinding(evidence) == .evidence(.tooMuch(count: 5, limit: 4)))
    }

    @Test func evidenceThatTheAccusedDidNotSignIsNamed() throws {
        let misdeed = try chain.evidence(against: 2)
        let framed = try #require(
            Evidence(
                Vote(body: misdeed.first.body, signer: 3, signature: misdeed.first.signature),
                Vote(body: misdeed.second.body, signer: 3, signature: misdeed.second.signature)
            )
        )
        let stranger = try #require(
            Evidence(
                Vote(body: misdeed.first.body, signer: 4, signature: misdeed.first.signature),
                Vote(body: misdeed.second.body, signer: 4, signature: misdeed.second.signature)
            )
        )
        let honest = try chain.evidence(against: 0)
        #expect(try evidenceFinding([honest, framed]) == .signature(.evidence(index: 1)))
        #expect(try evidenceFinding([honest, stranger]) == .signature(.evidence(index: 1)))
    }
}

extension Transaction {
    fileprivate func with(
        payee: AccountID? = nil,
        amount: UInt64? = nil,
        validUntil: Milliseconds? = nil,
        maxPrice: UInt64? = nil
    ) -> Transaction {
        Transaction(
            payer: payer,
            nonce: nonce,
            validUntil: validUntil ?? self.validUntil,
            maxPrice: maxPrice ?? self.maxPrice,
            action: .pay([
                Payment(
                    payee: payee ?? payments[0].payee,
                    amount: amount.map { Amount(units: $0) } ?? payments[0].amount
                )
            ])
        )
    }
}

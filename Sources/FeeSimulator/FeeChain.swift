import Cryptography
package import LedgerCore
package import MempoolCore
package import Primitives

/// Signatures are all that this simulation leaves out: nobody here has a key, and nobody looks.
private struct NoSignatures: SignatureScheme {
    func verdicts(on claims: [SignatureClaim]) -> [Bool] { claims.map { _ in true } }
}

/// One chain without a network: the node's own admission, selection and execution, one leader after another.
///
/// What a leader builds is final at once, so the delay of consensus is not in the waits.
package struct FeeChain: Sendable {
    package let genesis: Genesis
    package private(set) var ledger: Ledger
    package private(set) var mempool: Mempool
    /// Rich enough to pay for everything that a simulation asks of them.
    package let payers: [AccountID]

    static let start = Milliseconds(1_800_000_000_000)
    private static var balance: UInt64 { 1 << 50 }

    /// A chain with so many payers; the pool may begin with something, which the last payer lacks.
    package init(_ parameters: Parameters, payerCount: Int, validatorCount: Int = 4, pool: UInt64 = 0) {
        payers = (0..<payerCount).map { AccountID(words: Words32(7, UInt64($0), 0, 0)) }
        let key = { (kind: UInt64, number: Int) in PublicKey(words: Words32(8, kind, UInt64(number), 0)) }
        let validators = (0..<validatorCount).map { number in
            Validator(
                name: "v\(number)",
                consensusKey: key(0, number),
                nodeKey: key(1, number),
                noteKey: key(2, number),
                payoutAccount: AccountID(key(3, number))
            )
        }
        do throws(GenesisError) {
            genesis = try Genesis(
                parameters: parameters,
                time: Self.start,
                accounts: payers.map { GenesisAccount(id: $0, balance: Amount(units: Self.balance)) },
                validators: validators.sorted { $0.consensusKey < $1.consensusKey }
            )
        } catch {
            preconditionFailure("a simulation's own genesis is sound: \(error)")
        }
        ledger = Self.ledger(genesis, pool: pool)
        mempool = Mempool(parameters: parameters, limits: Self.limits)
    }

    /// A pool that is never full: what a full one drops is another question.
    private static var limits: MempoolLimits { MempoolLimits(byteCountMax: 1 << 32, freeSharesPerMinute: .max) }

    /// The state of block 0, but for what the fee pool holds.
    private static func ledger(_ genesis: Genesis, pool: UInt64) -> Ledger {
        let ledger = Ledger(genesis: genesis)
        guard pool > 0 else { return ledger }
        var snapshot = ledger.snapshot
        var accounts = AccountTable()
        var leaves: [Hash32] = []
        let giver = genesis.accounts.count
        for index in 0..<snapshot.accounts.count {
            var account = snapshot.accounts[AccountNumber(UInt32(index))]
            if index == 0 { account.balance = Amount(units: pool) }
            if index == giver { account.balance = Amount(units: Self.balance - pool) }
            var leaf = WireWriter()
            leaf.write(account.id)
            leaf.write(account.balance)
            leaves.append(Merkle.leafHash(leaf.bytes))
            precondition(accounts.append(account) != nil, "every account has its own key")
        }
        let head = snapshot.head
        snapshot.accounts = accounts
        snapshot.head = LedgerHead(
            height: head.height,
            time: head.time,
            floor: head.floor,
            cost: head.cost,
            price: head.price,
            shares: head.shares,
            transactionCount: head.transactionCount,
            transactionBytes: head.transactionBytes,
            transactionsRoot: head.transactionsRoot,
            logSize: head.logSize,
            logRoot: head.logRoot,
            stateRoot: Merkle.root(leafHashes: leaves)
        )
        do throws(SnapshotError) {
            return try Ledger(genesis: genesis, restoring: snapshot)
        } catch {
            preconditionFailure("moving money between two accounts keeps the supply: \(error)")
        }
    }

    var pool: UInt64 { ledger.account(.pool)?.balance.units ?? 0 }

    // MARK: - Transactions

    /// Payments of 1,000 base units with a reference of 16 bytes, which the payer would not sign for more than maxPrice.
    func transaction(
        payer: Int,
        payments: Int = 1,
        nonce: UInt64,
        validUntil: Milliseconds,
        maxPrice: UInt64
    ) -> Verified<IdentifiedTransaction> {
        let payee = payers[(payer + 1) % payers.count]
        let payment = Payment(
            payee: payee,
            amount: Amount(units: 1_000),
            reference: [UInt8](repeating: 0, count: 16)
        )
        let transaction = Transaction(
            payer: payers[payer],
            nonce: nonce,
            validUntil: validUntil,
            maxPrice: maxPrice,
            action: .pay([Payment](repeating: payment, count: payments))
        )
        let signed = SignedTransaction(transaction: transaction, authorization: .owner(.zero))
        let identified = IdentifiedTransaction(signed, network: genesis.networkID)
        guard let verified = Verified.check(identified, in: .init(), by: NoSignatures()) else {
            preconditionFailure("every signature holds where nobody looks")
        }
        return verified
    }

    /// Whether the node takes it now.
    mutating func admit(_ transaction: Verified<IdentifiedTransaction>, at now: Milliseconds) -> Bool {
        if case .admitted = mempool.admit(transaction, ledger: ledger, now: now) { true } else { false }
    }

    // MARK: - Blocks

    var earliestBlock: Milliseconds { ledger.head.time.adding(genesis.parameters.blockSpacing) }

    /// Arm (a) and (e) of spec 3.6: a block would hold something, or somebody waits to expire.
    func hasWork(at now: Milliseconds) -> Bool {
        if let validUntil = mempool.earliestValidUntil, validUntil < now,
            now > ledger.head.time.adding(Milliseconds(10_000))
        {
            return true
        }
        return mempool.hasSelection(ledger: ledger, after: [], time: now)
    }

    func selection(at time: Milliseconds) -> [Verified<IdentifiedTransaction>] {
        mempool.selection(ledger: ledger, after: [], time: time)
    }

    /// Makes a block final with these transactions; they must be valid together, as every selection is.
    mutating func settle(_ transactions: [Verified<IdentifiedTransaction>], at time: Milliseconds) -> LedgerDelta {
        let chosen = transactions.map(\.value)
        do throws(BlockFault) {
            let delta = try ledger.execute(chosen, at: time, payoutTo: genesis.payoutAccounts)
            ledger.finalize(delta)
            _ = mempool.finalized(chosen, ledger: ledger)
            return delta
        } catch {
            preconditionFailure("a selection is a valid block: \(error)")
        }
    }
}

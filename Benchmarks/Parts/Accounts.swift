import ArgumentParser
import Cryptography
import LedgerCore
import Primitives
import Simulator
import StrictJSON

/// The ledger with very many accounts: its memory, and what a block of payments costs.
///
/// The accounts are opened by payments in blocks, as a network's are. A thousand of them, spread evenly over all, have keys and
/// pay; they pay accounts anywhere.
struct Accounts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Memory per account, and blocks of single payments with and without their signatures"
    )

    @Option(help: "How many accounts, at least 1000")
    var accounts = 1_000

    @Option(help: "How many blocks to measure")
    var blocks = 10

    @Option(help: "Single payments in each block, at most 1000")
    var payments = 1_000

    func validate() throws {
        guard accounts >= payerCount, (1...payerCount).contains(payments), blocks > 0 else {
            throw ValidationError("expected 1000 accounts or more, 1 to 1000 payments, a block or more")
        }
    }

    private var payerCount: Int { 1_000 }

    func run() throws {
        let payers = (0..<payerCount).map { TestChain.key(5, $0) }
        let treasury = AccountID(TestChain.key(6, 0).publicKey)
        let genesis = try Genesis(
            parameters: .bench,
            time: Milliseconds(1_700_000_000_000),
            accounts: [GenesisAccount(id: treasury, balance: Amount(units: 1 << 60))],
            validators: try TestChain(validators: 4, payers: 1).genesis.validators
        )
        let spacing = accounts / payerCount
        func account(_ number: Int) -> AccountID {
            let isPayer = number.isMultiple(of: spacing) && number / spacing < payerCount
            return isPayer ? AccountID(payers[number / spacing].publicKey) : madeAccount(number)
        }

        let residentBefore = residentBytes()
        var ledger = Ledger(genesis: genesis)
        var opening = Times()
        var nonce: UInt64 = 0
        for first in stride(from: 0, to: accounts, by: 64_000) {
            let block = stride(from: first, to: min(first + 64_000, accounts), by: 1_000).map { start in
                nonce += 1
                let payees = (start..<min(start + 1_000, accounts)).map {
                    Payment(payee: account($0), amount: Amount(units: 1_000_000))
                }
                return unsigned(payees, from: treasury, nonce: nonce, at: ledger)
            }
            _ = try opening.add { try add(block, to: &ledger) }
        }
        let residentAfter = residentBytes()

        var (verifying, executing, touched) = (Times(), Times(), 0)
        var luck = SplitMix64(seed: 2)
        for _ in 0..<blocks {
            let block = (0..<payments).map { number in
                nonce += 1
                let payment = Payment(payee: account(luck.below(accounts)), amount: Amount(units: 1))
                return signed([payment], by: payers[number], nonce: nonce, at: ledger)
            }
            let verdicts = verifying.add { Verified.check(block, in: .init(), by: StrictEd25519()) }
            precondition(verdicts.allSatisfy { $0 != nil }, "every signature holds")
            touched += try executing.add { try add(block, to: &ledger) }
        }
        report([
            "part": "accounts", "accounts": .integer(ledger.accountCount()),
            "residentBytes": .integer(residentAfter - residentBefore),
            "openingNanoseconds": .integer(opening.processor / UInt64(accounts)),
            "blocks": .integer(blocks), "payments": .integer(payments), "touched": .integer(touched),
            "verifyNanoseconds": .integer(verifying.processor / UInt64(blocks)),
            "executeNanoseconds": .integer(executing.processor / UInt64(blocks)),
            "digest": .string(ledger.head.stateRoot.hex),
        ])
    }

    /// Executes a block and makes it final; answers how many accounts it touched.
    private func add(_ block: [IdentifiedTransaction], to ledger: inout Ledger) throws -> Int {
        let time = ledger.head.time.adding(Milliseconds(250))
        let delta = try ledger.execute(block, at: time, payoutTo: ledger.genesis.payoutAccounts)
        ledger.finalize(delta)
        return delta.touched.count
    }

    private func transaction(_ payments: [Payment], from payer: AccountID, nonce: UInt64, at ledger: Ledger)
        -> Transaction
    {
        Transaction(
            payer: payer,
            nonce: nonce,
            validUntil: ledger.head.time.adding(Milliseconds(60_000)),
            maxPrice: 200,
            action: .pay(payments)
        )
    }

    /// The ledger takes what the gate has checked, so what only fills it needs no signature.
    private func unsigned(
        _ payments: [Payment],
        from payer: AccountID,
        nonce: UInt64,
        at ledger: Ledger
    ) -> IdentifiedTransaction {
        let transaction = transaction(payments, from: payer, nonce: nonce, at: ledger)
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(.zero)),
            network: ledger.genesis.networkID
        )
    }

    private func signed(
        _ payments: [Payment],
        by key: SigningKey,
        nonce: UInt64,
        at ledger: Ledger
    ) -> IdentifiedTransaction {
        let network = ledger.genesis.networkID
        let transaction = transaction(payments, from: AccountID(key.publicKey), nonce: nonce, at: ledger)
        let signature = key.sign(transaction.id(in: network).signingBytes)
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(signature)),
            network: network
        )
    }
}

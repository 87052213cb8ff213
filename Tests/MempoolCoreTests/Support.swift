import Cryptography
import LedgerCore
import MempoolCore
import Primitives

/// SplitMix64: the same numbers from the same seed, on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// An account that nobody needs to sign for: these tests read transactions back as verified.
func account(_ number: UInt64) -> AccountID { AccountID(words: Words32(7, number, 0, 0)) }

let alice = account(1)
let bob = account(2)
let carol = account(3)
/// Never open at genesis.
let stranger = account(99)

let start = Milliseconds(1_000_000)

func makeGenesis(
    _ change: (inout Parameters) -> Void = { _ in },
    accounts: [(AccountID, UInt64)] = [(alice, 1_000_000), (bob, 1_000_000), (carol, 1_000_000)]
) throws -> Genesis {
    var parameters = Parameters.defaults
    change(&parameters)
    let keys = (0..<4).map { PublicKey(words: Words32(8, $0, 0, 0)) }
    return try Genesis(
        parameters: parameters,
        time: start,
        accounts: accounts.map { GenesisAccount(id: $0.0, balance: Amount(units: $0.1)) },
        validators: [
            Validator(
                name: "one",
                consensusKey: keys[0],
                nodeKey: keys[1],
                noteKey: keys[2],
                payoutAccount: AccountID(keys[3])
            )
        ]
    )
}

/// A pool over a ledger, with the clock of the test.
struct Node {
    let genesis: Genesis
    var ledger: Ledger
    var mempool: Mempool
    var now = start

    init(
        limits: MempoolLimits = MempoolLimits(),
        accounts: [(AccountID, UInt64)]? = nil,
        _ change: (inout Parameters) -> Void = { _ in }
    ) throws {
        if let accounts {
            genesis = try makeGenesis(change, accounts: accounts)
        } else {
            genesis = try makeGenesis(change)
        }
        ledger = Ledger(genesis: genesis)
        mempool = Mempool(parameters: genesis.parameters, limits: limits)
    }

    func transaction(
        from payer: AccountID,
        _ payments: [(AccountID, UInt64)] = [(bob, 1)],
        nonce: UInt64 = 0,
        validUntil: Milliseconds = start.adding(Milliseconds(60_000)),
        maxPrice: UInt64 = 200,
        signature: UInt64 = 0,
        reference: Int = 0
    ) -> Verified<IdentifiedTransaction> {
        let transaction = Transaction(
            payer: payer,
            nonce: nonce,
            validUntil: validUntil,
            maxPrice: maxPrice,
            action: .pay(
                payments.map {
                    Payment(
                        payee: $0.0,
                        amount: Amount(units: $0.1),
                        reference: [UInt8](repeating: 0, count: reference)
                    )
                }
            )
        )
        let authorization = Authorization.owner(Signature(r: Words32(signature, 0, 0, 0), s: .zero))
        return Verified(
            readBack: IdentifiedTransaction(
                SignedTransaction(transaction: transaction, authorization: authorization),
                network: genesis.networkID
            )
        )
    }

    mutating func admit(_ transaction: Verified<IdentifiedTransaction>) -> Admission {
        let examined = mempool.examine(transaction.value, ledger: ledger, now: now)
        let admission = mempool.admit(transaction, ledger: ledger, now: now)
        precondition(examined == admission.withoutDropped, "a dry run answers what the real one does")
        return admission
    }

    /// Executes a block one spacing after the end of the path, or at a time.
    func child(
        _ transactions: [Verified<IdentifiedTransaction>] = [],
        at time: Milliseconds? = nil,
        after path: [LedgerDelta] = []
    ) throws(BlockFault) -> LedgerDelta {
        try ledger.execute(
            transactions.map(\.value),
            at: time ?? ledger.head(after: path).time + 250,
            payoutTo: genesis.payoutAccounts,
            after: path
        )
    }

    /// Makes a block final and tells the pool.
    mutating func settle(
        _ transactions: [Verified<IdentifiedTransaction>] = [],
        at time: Milliseconds? = nil
    ) throws(BlockFault) -> [Dropped] {
        ledger.finalize(try child(transactions, at: time))
        return mempool.finalized(transactions.map(\.value), ledger: ledger)
    }

    func selection(after path: [LedgerDelta] = [], at time: Milliseconds? = nil) -> [Verified<IdentifiedTransaction>] {
        let time = time ?? ledger.head(after: path).time + 250
        let selection = mempool.selection(ledger: ledger, after: path, time: time)
        precondition(
            mempool.hasSelection(ledger: ledger, after: path, time: time) == !selection.isEmpty,
            "both answer the same question"
        )
        return selection
    }
}

extension Milliseconds {
    static func + (left: Milliseconds, right: UInt64) -> Milliseconds { left.adding(Milliseconds(right)) }
}

extension Admission {
    fileprivate var withoutDropped: Admission {
        if case .admitted = self { return .admitted(dropped: []) }
        return self
    }
}

import ArgumentParser
import ChainCore
import Cryptography
import Glibc
import LedgerCore
import LevelDBStorage
import Primitives
import Simulator
import StrictJSON

/// Makes a chain with an exact shape on disk, the same in every run, for a node to start on or an auditor to verify.
struct Chain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Make a home with so many accounts and blocks; what is there already is kept and continued from genesis"
    )

    @Option(help: "Where the genesis file is, or is to be written")
    var genesis: String

    @Flag(help: "Write the genesis file only: `farthing node init` makes a home of it")
    var genesisOnly = false

    @Option(help: "The home: one without blocks, or a directory that is not there yet")
    var home: String?

    @Option(help: "Validators")
    var validators = 4

    @Option(help: "Accounts of genesis, which pay")
    var payers = 1_000

    @Option(help: "Accounts that payments open, in the first blocks")
    var opened = 0

    @Option(help: "Blocks without payments, after those")
    var empty = 0

    @Option(help: "Blocks with payments, at the end")
    var blocks = 0

    @Option(help: "Single payments in each of those")
    var payments = 1_000

    func run() throws {
        var maker = ChainMaker(chain: try TestChain(validators: validators, payers: payers))
        if genesisOnly {
            try PosixPath.create(genesis, Array(maker.chain.genesis.json(pretty: true).utf8), mode: 0o644)
        } else if let home {
            maker.store =
                try PosixPath.exists(home)
                ? ChainStore.open(home: home, genesis: maker.chain.genesis)
                : ChainStore.create(home: home, genesis: maker.chain.genesis)
            _ = try maker.store?.load()
            if try !PosixPath.exists(genesis) {
                try PosixPath.create(genesis, Array(maker.chain.genesis.json(pretty: true).utf8), mode: 0o644)
            }
            try maker.open(opened)
            for _ in 0..<empty { try maker.append([]) }
            for _ in 0..<blocks { try maker.append(maker.singlePayments(payments)) }
            try maker.commit()
        }
        report([
            "part": "chain", "network": .string(maker.chain.genesis.networkID.hex),
            "height": .integer(maker.chain.header.height.number),
            "accounts": .integer(maker.chain.ledger.accountCount()),
            "payments": .integer(maker.paymentCount), "transactionBytes": .integer(maker.transactionBytes),
            "commitWallNanoseconds": .integer(maker.commits.wall),
            "committedBlocks": .integer(maker.committedBlockCount),
            "digest": .string(maker.chain.hash.hex),
        ])
    }
}

/// A chain that grows, block by block, and is written in large batches.
private struct ChainMaker {
    var chain: TestChain
    var store: ChainStore?
    private(set) var paymentCount = 0
    private(set) var transactionBytes = 0
    /// Of blocks with payments.
    private(set) var commits = Times()
    private(set) var committedBlockCount = 0
    private var waiting: [FinalBlock] = []
    private var waitingBytes = 0
    private var written: Ledger
    private var luck = SplitMix64(seed: 1)
    private var nonce: UInt64 = 1 << 40
    private var nextPayer = 0

    init(chain: TestChain) {
        self.chain = chain
        written = chain.ledger
    }

    /// Opens accounts that nobody has a key of, a thousand in each transaction.
    mutating func open(_ count: Int) throws {
        var first = 0
        while first < count {
            var transactions: [IdentifiedTransaction] = []
            while first < count, transactions.count < 32 {
                let numbers = first..<min(first + 1_000, count)
                transactions.append(pay(numbers.map { (madeAccount($0), chain.genesis.parameters.openingMinimum) }))
                first = numbers.upperBound
            }
            try append(transactions)
        }
    }

    mutating func singlePayments(_ count: Int) -> [IdentifiedTransaction] {
        (0..<count).map { _ in pay([(chain.account(luck.below(chain.payers.count)), Amount(units: 1))]) }
    }

    private mutating func pay(_ payments: [(payee: AccountID, amount: Amount)]) -> IdentifiedTransaction {
        let payer = nextPayer
        nextPayer = (nextPayer + 1) % chain.payers.count
        nonce += 1
        paymentCount += payments.count
        return chain.sign(
            Transaction(
                payer: chain.account(payer),
                nonce: nonce,
                validUntil: chain.header.time.adding(Milliseconds(60_000)),
                maxPrice: 200,
                action: .pay(payments.map { Payment(payee: $0.payee, amount: $0.amount) })
            ),
            by: chain.payers[payer]
        )
    }

    mutating func append(_ transactions: [IdentifiedTransaction]) throws {
        let block = try chain.next(transactions, after: 250)
        try chain.append(block)
        chain.blocks = []
        let delta = try written.execute(
            transactions,
            at: block.block.time,
            payoutTo: chain.rules.payoutAccounts
        )
        written.finalize(delta)
        waiting.append(FinalBlock(block: block, bodyView: block.justification.view, delta: delta))
        let bytes = transactions.reduce(0) { $0 + $1.byteCount }
        transactionBytes += bytes
        waitingBytes += bytes
        if waiting.count >= 200 || waitingBytes > 4 << 20 { try commit() }
    }

    mutating func commit() throws {
        guard !waiting.isEmpty, let store else { return }
        try store.store(blocks: waiting.map { ($0.block.block, $0.bodyView) })
        if waitingBytes > 0 {
            try commits.add { try store.commit(waiting) }
            committedBlockCount += waiting.count
        } else {
            try store.commit(waiting)
        }
        (waiting, waitingBytes) = ([], 0)
    }
}

/// The account of a number; nobody has its key.
func madeAccount(_ number: Int) -> AccountID {
    var writer = WireWriter()
    writer.write(UInt64(number))
    return AccountID(words: SHA256.hash(writer.bytes).words)
}

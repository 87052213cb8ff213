import Cryptography
import LedgerCore
import Primitives

/// The rules of spec 2.3 to 2.5 once more, the slow and obvious way: every answer is computed from the whole history.
struct ReferenceLedger {
    let genesis: Genesis
    var ids: [AccountID]
    var balances: [UInt64]
    var touched: [UInt64]
    var log: [Hash32] = []
    var settled: [(payer: AccountID, nonce: UInt64, validUntil: UInt64)] = []
    var height: UInt64 = 0
    var time: UInt64
    var floor: UInt64
    var sharesUsed: UInt64 = 0
    var bytesUsed = 0

    init(_ genesis: Genesis) {
        self.genesis = genesis
        ids = [.pool] + genesis.accounts.map(\.id)
        balances = [0] + genesis.accounts.map(\.balance.units)
        for payee in genesis.payoutAccounts where !ids.contains(payee) {
            ids.append(payee)
            balances.append(0)
        }
        touched = ids.map { _ in 0 }
        time = genesis.time.number
        floor = genesis.parameters.priceFloor
    }

    var stateRoot: Hash32 {
        Merkle.root(
            leafHashes: zip(ids, balances).map { id, balance in
                Merkle.leafHash(id.bytes + (0..<8).map { UInt8(truncatingIfNeeded: balance >> (8 * $0)) })
            }
        )
    }

    /// Answers the head, or nil when the block is invalid; then the state stays as it was.
    mutating func execute(_ transactions: [IdentifiedTransaction], at time: UInt64) -> LedgerHead? {
        var after = self
        guard let head = after.run(transactions, at: time) else { return nil }
        self = after
        return head
    }

    private mutating func run(_ transactions: [IdentifiedTransaction], at time: UInt64) -> LedgerHead? {
        let parameters = genesis.parameters
        guard time >= self.time + max(1, parameters.minBlockInterval.number) else { return nil }
        var vector = WireWriter()
        vector.write(vector: transactions.map(\.signed))
        let bytes = transactions.isEmpty ? 0 : vector.bytes.count
        let shares = transactions.map { UInt64(1 + $0.transaction.payments.count) }.reduce(0, +)
        guard bytes <= Int(parameters.maxBlockBytes), shares <= UInt64(parameters.maxBlockShares) else { return nil }
        let floor = nextFloor(at: time)
        let cost = self.cost
        let price = shares == 0 ? 0 : max(floor, min(parameters.priceCap, (cost + shares - 1) / shares))
        height += 1
        for transaction in transactions {
            guard settle(transaction, at: time, price: price) else { return nil }
        }
        payOut(at: time)
        self.floor = floor
        self.time = time
        sharesUsed = shares
        bytesUsed = bytes
        return LedgerHead(
            height: Height(height),
            time: Milliseconds(time),
            floor: floor,
            cost: cost,
            price: price,
            shares: UInt32(shares),
            transactionCount: UInt32(transactions.count),
            transactionBytes: UInt32(bytes),
            transactionsRoot: Merkle.root(leafHashes: transactions.map(\.leaf)),
            logSize: UInt64(log.count),
            logRoot: Merkle.root(leafHashes: log),
            stateRoot: stateRoot
        )
    }

    /// The cost of the next block; the numbers of these tests are small enough for a plain product.
    private var cost: UInt64 {
        let parameters = genesis.parameters
        let target = parameters.reserveTarget.units
        return target == 0
            ? parameters.blockCost : parameters.blockCost * (target - min(balances[0], target)) / target
    }

    private func nextFloor(at time: UInt64) -> UInt64 {
        let parameters = genesis.parameters
        var floor = floor
        let isFull =
            4 * sharesUsed > 3 * UInt64(parameters.maxBlockShares) || 4 * bytesUsed > 3 * Int(parameters.maxBlockBytes)
        if isFull { floor = min(parameters.priceCap, floor + max(1, floor / 4)) }
        for _ in 0..<((isFull ? 0 : 1) + min(256, (time - self.time) / 1_000)) {
            floor -= min(floor, max(1, floor / 8))
        }
        return max(floor, parameters.priceFloor)
    }

    private mutating func settle(_ identified: IdentifiedTransaction, at time: UInt64, price: UInt64) -> Bool {
        let transaction = identified.transaction
        let lifetime = genesis.parameters.maxLifetime.number
        guard identified.rejection(under: genesis) == nil else { return false }
        let validUntil = transaction.validUntil.number
        guard time <= validUntil, validUntil <= time + lifetime, price <= transaction.maxPrice else { return false }
        let isExcluded = settled.contains {
            $0.payer == transaction.payer && $0.nonce == transaction.nonce && $0.validUntil + lifetime >= validUntil
        }
        guard !isExcluded, let payer = ids.firstIndex(of: transaction.payer) else { return false }
        let fee = price * UInt64(1 + transaction.payments.count)
        let total = transaction.payments.map(\.amount.units).reduce(fee, +)
        guard balances[payer] >= total else { return false }
        balances[payer] -= total
        touched[payer] = height
        for payment in transaction.payments {
            if let payee = ids.firstIndex(of: payment.payee) {
                balances[payee] += payment.amount.units
                touched[payee] = height
            } else {
                guard payment.amount >= genesis.parameters.openingMinimum else { return false }
                ids.append(payment.payee)
                balances.append(payment.amount.units)
                touched.append(height)
            }
        }
        balances[0] += fee
        if fee > 0 { touched[0] = height }
        log.append(identified.leaf)
        settled.append((transaction.payer, transaction.nonce, validUntil))
        return true
    }

    private mutating func payOut(at time: UInt64) {
        let parameters = genesis.parameters
        let interval = parameters.payoutInterval.number
        let intervals = time / interval - self.time / interval
        let payees = genesis.payoutAccounts
        let part = min(balances[0], parameters.payoutMaximum.units * intervals) / UInt64(payees.count)
        guard part > 0 else { return }
        for payee in payees {
            guard let index = ids.firstIndex(of: payee) else { preconditionFailure("genesis opens payout accounts") }
            balances[index] += part
            touched[index] = height
        }
        balances[0] -= part * UInt64(payees.count)
        touched[0] = height
    }
}

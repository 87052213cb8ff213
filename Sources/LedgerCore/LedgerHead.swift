import Cryptography
package import Primitives

/// What a block's header says about the ledger (spec 2.5): the facts that follow from the parent and the transactions.
package struct LedgerHead: Hashable, Sendable {
    package let height: Height
    package let time: Milliseconds
    /// The lowest price that this block may have.
    package let floor: UInt64
    /// What its transactions share.
    package let cost: UInt64
    /// What each share paid; 0 in an empty block.
    package let price: UInt64
    package let shares: UInt32
    package let transactionCount: UInt32
    /// The length of BCS(transactions), 0 when there are none.
    package let transactionBytes: UInt32
    /// The root over this block's leaves.
    package let transactionsRoot: Hash32
    /// How many transactions there are since genesis, this block's included.
    package let logSize: UInt64
    /// The root over all transactions since genesis.
    package let logRoot: Hash32
    /// The root over all accounts by number, after this block.
    package let stateRoot: Hash32

    package init(
        height: Height,
        time: Milliseconds,
        floor: UInt64,
        cost: UInt64,
        price: UInt64,
        shares: UInt32,
        transactionCount: UInt32,
        transactionBytes: UInt32,
        transactionsRoot: Hash32,
        logSize: UInt64,
        logRoot: Hash32,
        stateRoot: Hash32
    ) {
        self.height = height
        self.time = time
        self.floor = floor
        self.cost = cost
        self.price = price
        self.shares = shares
        self.transactionCount = transactionCount
        self.transactionBytes = transactionBytes
        self.transactionsRoot = transactionsRoot
        self.logSize = logSize
        self.logRoot = logRoot
        self.stateRoot = stateRoot
    }

    /// Block 0 (spec 2.5): the time from genesis, the lowest floor, every other number 0, the roots of empty trees.
    ///
    /// Only the state has something in it.
    init(genesis: Genesis, stateRoot: Hash32) {
        self.init(
            height: .zero,
            time: genesis.time,
            floor: genesis.parameters.priceFloor,
            cost: 0,
            price: 0,
            shares: 0,
            transactionCount: 0,
            transactionBytes: 0,
            transactionsRoot: Merkle.emptyRoot,
            logSize: 0,
            logRoot: Merkle.emptyRoot,
            stateRoot: stateRoot
        )
    }

    /// The length of a vector of `count` transactions that take `byteCount` bytes together; 0 when there are none.
    package static func transactionBytes(count: Int, byteCount: Int) -> Int {
        guard count > 0 else { return 0 }
        var prefix = 1
        var rest = count >> 7
        while rest > 0 {
            prefix += 1
            rest >>= 7
        }
        return prefix + byteCount
    }
}

/// The price rules of one block, fixed by its parent and its time: what its transactions share, and the limits of the price.
package struct BlockTerms: Hashable, Sendable {
    package let floor: UInt64
    package let cost: UInt64
    package let cap: UInt64

    package init(floor: UInt64, cost: UInt64, cap: UInt64) {
        self.floor = floor
        self.cost = cost
        self.cap = cap
    }

    package func price(shares: UInt64) -> UInt64 {
        SharedPrice.price(shares: shares, cost: cost, floor: floor, cap: cap)
    }
}

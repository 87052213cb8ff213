import Cryptography
package import LedgerCore
package import Primitives

/// What a block commits to (spec 2.5); the block's hash is the header's.
package struct Header: Hashable, Sendable, WireCodable {
    package var version: UInt16
    package var epoch: Epoch
    package var height: Height
    /// The parent's hash; of block 0, the network id.
    package var parent: Hash32
    package var time: Milliseconds
    /// The place of the leader who proposed it, in the epoch's list.
    package var proposer: UInt16
    package var floor: UInt64
    package var cost: UInt64
    package var price: UInt64
    package var shares: UInt32
    package var transactionCount: UInt32
    package var transactionBytes: UInt32
    package var transactionsRoot: Hash32
    package var logSize: UInt64
    package var logRoot: Hash32
    package var stateRoot: Hash32
    package var evidenceHash: Hash32
    package var changeHash: Hash32
    package var validatorsHash: Hash32
    package var nextValidatorsHash: Hash32

    package static let version: UInt16 = 1

    /// The header of a block whose ledger part is `ledger`.
    package init(
        epoch: Epoch,
        parent: Hash32,
        proposer: UInt16,
        ledger: LedgerHead,
        evidenceHash: Hash32,
        changeHash: Hash32,
        validatorsHash: Hash32,
        nextValidatorsHash: Hash32
    ) {
        version = Self.version
        self.epoch = epoch
        height = ledger.height
        self.parent = parent
        time = ledger.time
        self.proposer = proposer
        floor = ledger.floor
        cost = ledger.cost
        price = ledger.price
        shares = ledger.shares
        transactionCount = ledger.transactionCount
        transactionBytes = ledger.transactionBytes
        transactionsRoot = ledger.transactionsRoot
        logSize = ledger.logSize
        logRoot = ledger.logRoot
        stateRoot = ledger.stateRoot
        self.evidenceHash = evidenceHash
        self.changeHash = changeHash
        self.validatorsHash = validatorsHash
        self.nextValidatorsHash = nextValidatorsHash
    }

    /// The ledger part: what execution must reproduce.
    package var ledger: LedgerHead {
        LedgerHead(
            height: height,
            time: time,
            floor: floor,
            cost: cost,
            price: price,
            shares: shares,
            transactionCount: transactionCount,
            transactionBytes: transactionBytes,
            transactionsRoot: transactionsRoot,
            logSize: logSize,
            logRoot: logRoot,
            stateRoot: stateRoot
        )
    }

    package func hash(network: NetworkID) -> Hash32 { Hash32(tag: .block, network: network, body: encoded()) }

    package static var minimumByteCount: Int { 328 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        version = try rest.take()
        guard version == Self.version else { throw .outOfRange("header version \(version), this node knows 1") }
        epoch = try Epoch(decoding: &rest)
        height = try Height(decoding: &rest)
        parent = try Hash32(decoding: &rest)
        time = try Milliseconds(decoding: &rest)
        proposer = try rest.take()
        floor = try rest.take()
        cost = try rest.take()
        price = try rest.take()
        shares = try rest.take()
        transactionCount = try rest.take()
        transactionBytes = try rest.take()
        transactionsRoot = try Hash32(decoding: &rest)
        logSize = try rest.take()
        logRoot = try Hash32(decoding: &rest)
        stateRoot = try Hash32(decoding: &rest)
        evidenceHash = try Hash32(decoding: &rest)
        changeHash = try Hash32(decoding: &rest)
        validatorsHash = try Hash32(decoding: &rest)
        nextValidatorsHash = try Hash32(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(version)
        writer.write(epoch)
        writer.write(height)
        writer.write(parent)
        writer.write(time)
        writer.write(proposer)
        writer.write(floor)
        writer.write(cost)
        writer.write(price)
        writer.write(shares)
        writer.write(transactionCount)
        writer.write(transactionBytes)
        writer.write(transactionsRoot)
        writer.write(logSize)
        writer.write(logRoot)
        writer.write(stateRoot)
        writer.write(evidenceHash)
        writer.write(changeHash)
        writer.write(validatorsHash)
        writer.write(nextValidatorsHash)
    }
}

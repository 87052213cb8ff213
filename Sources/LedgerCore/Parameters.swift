package import Primitives

/// The rules that a network chose at its genesis; nothing changes them later (spec 2.2 to 2.5, 3.10).
package struct Parameters: Hashable, Sendable {
    /// The name of the currency's unit, for people: 1 to 16 bytes of printable ASCII.
    package var unit: String
    /// How many decimals the unit has: a base unit is 10^−decimals of it; at most 18.
    package var decimals: UInt8
    /// Stands before every account in text form: 1 to 16 letters a to z.
    package var accountPrefix: String
    /// The least amount that opens an account.
    package var openingMinimum: Amount
    /// How far ahead of block time a transaction's validUntil may lie; at least 1.
    package var maxLifetime: Milliseconds
    /// At least 1, below `maxBlockShares`.
    package var maxPaymentsPerTransaction: UInt32
    /// What the transactions of one block share, in base units.
    package var blockCost: UInt64
    /// The lowest price per share; at most `priceCap`.
    package var priceFloor: UInt64
    /// The highest price per share; below 2^32.
    package var priceCap: UInt64
    /// The pool at which a block costs nothing; 0: it always costs `blockCost`.
    package var reserveTarget: Amount
    /// How often the validators are paid out of the pool; at least 1.
    package var payoutInterval: Milliseconds
    /// The most that all validators together receive for one interval.
    package var payoutMaximum: Amount
    /// The most bytes of BCS(transactions) in one block; at most 64 MiB.
    package var maxBlockBytes: UInt32
    package var maxBlockShares: UInt32
    /// The least time between two blocks; 0 means 1 ms.
    package var minBlockInterval: Milliseconds

    /// The demo network's values, which are the defaults (spec 2.4).
    package static let defaults = Parameters(
        unit: "unit",
        decimals: 6,
        accountPrefix: "far",
        openingMinimum: Amount(units: 1_000),
        maxLifetime: Milliseconds(300_000),
        maxPaymentsPerTransaction: 1_024,
        blockCost: 10_000,
        priceFloor: 1,
        priceCap: 200,
        reserveTarget: .zero,
        payoutInterval: Milliseconds(60_000),
        payoutMaximum: Amount(units: 600_000),
        maxBlockBytes: 4 << 20,
        maxBlockShares: 65_536,
        minBlockInterval: Milliseconds(250)
    )

    /// Nobody pays anything; nodes limit what they admit instead (spec 2.4).
    package var isFree: Bool { blockCost == 0 && priceFloor == 0 && priceCap == 0 }

    /// The least that a block's time lies after its parent's (spec 3.10).
    package var blockSpacing: Milliseconds { max(Milliseconds(1), minBlockInterval) }
}

extension Parameters: WireCodable {
    package static var minimumByteCount: Int { 3 + 9 * 8 + 3 * 4 + 8 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        unit = try rest.takeString(limit: Self.textByteCountMax)
        decimals = try rest.take()
        accountPrefix = try rest.takeString(limit: Self.textByteCountMax)
        openingMinimum = try Amount(decoding: &rest)
        maxLifetime = try Milliseconds(decoding: &rest)
        maxPaymentsPerTransaction = try rest.take()
        blockCost = try rest.take()
        priceFloor = try rest.take()
        priceCap = try rest.take()
        reserveTarget = try Amount(decoding: &rest)
        payoutInterval = try Milliseconds(decoding: &rest)
        payoutMaximum = try Amount(decoding: &rest)
        maxBlockBytes = try rest.take()
        maxBlockShares = try rest.take()
        minBlockInterval = try Milliseconds(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(string: unit)
        writer.write(decimals)
        writer.write(string: accountPrefix)
        writer.write(openingMinimum)
        writer.write(maxLifetime)
        writer.write(maxPaymentsPerTransaction)
        writer.write(blockCost)
        writer.write(priceFloor)
        writer.write(priceCap)
        writer.write(reserveTarget)
        writer.write(payoutInterval)
        writer.write(payoutMaximum)
        writer.write(maxBlockBytes)
        writer.write(maxBlockShares)
        writer.write(minBlockInterval)
    }

    static let textByteCountMax = 16
}

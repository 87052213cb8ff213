import ChainCore
package import ConsensusCore
import LedgerCore
package import Primitives

/// What a verification counted on its way, from block 1 to the last block that holds.
package struct ChainTally: Hashable, Sendable {
    package private(set) var blocks: UInt64 = 0
    package private(set) var transactions: UInt64 = 0
    package private(set) var payments: UInt64 = 0
    /// Payers', validators' and evidence's, each looked at once.
    package private(set) var signatures: UInt64 = 0
    package private(set) var views = ViewTally()
    /// In base units; wider than an amount, since one unit can be paid as a fee again and again.
    package private(set) var fees: UInt128 = 0
    /// What the validators received out of the pool.
    package private(set) var payouts: UInt128 = 0
    /// Over the blocks with transactions; nil while there is none.
    package private(set) var prices: ClosedRange<UInt64>?
    /// In the order of the chain.
    package private(set) var evidence: [ShownMisdeed] = []
    /// The last block with a finalization of its own: everything up to it is final.
    package private(set) var certifiedHeight = Height.zero

    package init() {}

    mutating func add(_ checked: CheckedBlock, delta: LedgerDelta, validatorCount: Int) {
        let block = checked.item.block
        let justification = checked.item.justification
        blocks += 1
        transactions += UInt64(block.transactions.count)
        payments += UInt64(block.paymentCount)
        signatures += UInt64(checked.signatureCount)
        views.add(justification)
        if !block.transactions.isEmpty {
            let price = delta.head.price
            prices = min(prices?.lowerBound ?? price, price)...max(prices?.upperBound ?? price, price)
        }
        fees += UInt128(delta.head.price) * UInt128(delta.head.shares)
        payouts += UInt128(delta.payout.units) * UInt128(validatorCount)
        evidence.append(contentsOf: block.evidence.map { ShownMisdeed(height: block.height, evidence: $0) })
        if justification.isFinalization { certifiedHeight = block.height }
    }
}

/// How the blocks came to be final, and how many views passed without one.
package struct ViewTally: Hashable, Sendable {
    package private(set) var finalized: UInt64
    package private(set) var notarized: UInt64
    package private(set) var nullified: UInt64

    package init(finalized: UInt64 = 0, notarized: UInt64 = 0, nullified: UInt64 = 0) {
        self.finalized = finalized
        self.notarized = notarized
        self.nullified = nullified
    }

    mutating func add(_ justification: Justification) {
        if justification.isFinalization { finalized += 1 } else { notarized += 1 }
        nullified += UInt64(justification.nullifications.count)
    }
}

/// A validator's contradicting votes, and the block that shows them.
package struct ShownMisdeed: Hashable, Sendable {
    package let height: Height
    package let evidence: Evidence
}

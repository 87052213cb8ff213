package import ChainCore
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
    /// What all payments moved, in base units; wider than an amount, since one unit can be paid again and again.
    package private(set) var turnover: UInt128 = 0
    /// In base units.
    package private(set) var fees: UInt128 = 0
    /// One for each signature and each payment.
    package private(set) var shares: UInt128 = 0
    /// What the validators received out of the pool.
    package private(set) var payouts: UInt128 = 0
    /// Over the blocks with transactions; nil while there is none.
    package private(set) var prices: ClosedRange<UInt64>?
    /// What each validator's own blocks held, in the order of the list; empty while there is no block.
    package private(set) var leaders: [LeaderTally] = []
    /// In the order of the chain.
    package private(set) var evidence: [ShownMisdeed] = []
    /// The last block with a finalization of its own: everything up to it is final.
    package private(set) var certifiedHeight = Height.zero

    package init() {}

    /// `payout` is what each validator received in this block; prices and shares are the header's, which were checked.
    mutating func add(_ checked: CheckedBlock, payout: Amount, validatorCount: Int) {
        let block = checked.item.block
        let justification = checked.item.justification
        let header = block.header
        blocks += 1
        transactions += UInt64(block.transactions.count)
        payments += UInt64(block.paymentCount)
        signatures += UInt64(checked.signatureCount)
        views.add(justification)
        if !block.transactions.isEmpty {
            prices =
                min(
                    prices?.lowerBound ?? header.price,
                    header.price
                )...max(
                    prices?.upperBound ?? header.price,
                    header.price
                )
        }
        for transaction in block.transactions {
            for payment in transaction.transaction.payments { turnover += UInt128(payment.amount.units) }
        }
        fees += header.fees
        shares += UInt128(header.shares)
        payouts += UInt128(payout.units) * UInt128(validatorCount)
        if leaders.isEmpty { leaders = Array(repeating: LeaderTally(), count: validatorCount) }
        leaders[Int(header.proposer)].add(block)
        evidence.append(contentsOf: block.evidence.map { ShownMisdeed(height: block.height, evidence: $0) })
        if justification.isFinalization { certifiedHeight = block.height }
    }
}

/// What the blocks of one leader held.
package struct LeaderTally: Hashable, Sendable {
    package private(set) var blocks: UInt64 = 0
    package private(set) var transactions: UInt64 = 0
    package private(set) var payments: UInt64 = 0
    /// In base units.
    package private(set) var fees: UInt128 = 0

    package init() {}

    mutating func add(_ block: Block) {
        blocks += 1
        transactions += UInt64(block.transactions.count)
        payments += UInt64(block.paymentCount)
        fees += block.header.fees
    }
}

extension Header {
    /// What the block's transactions paid together.
    package var fees: UInt128 { UInt128(price) * UInt128(shares) }
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

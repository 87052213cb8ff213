package import LedgerCore
package import Primitives

/// What the mempool does with a transaction that is offered to it.
package enum Admission: Hashable, Sendable {
    /// It waits now; the others made room for it.
    case admitted(dropped: [Dropped])
    /// The very same bytes wait already.
    case alreadyPending
    /// The bytes and genesis alone forbid it.
    case rejected(Rejection)
    /// This transaction is final itself, or the final one with this id excludes it for ever.
    case settledOrExcluded(by: TransactionID)
    /// Final time is past its validUntil. It may have settled before: the caller looks for it among the final ones first.
    case expired(validUntil: Milliseconds)
    case refused(Refusal)
}

/// A transaction that left the mempool without settling, and what to tell whoever waits for it.
package struct Dropped: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case rejected(Rejection)
        case expired(validUntil: Milliseconds)
        case refused(Refusal)
    }

    package let id: TransactionID
    package let leaf: Hash32
    package let reason: Reason
}

extension Dropped {
    /// The answer for whoever waits for this transaction.
    package var status: TransactionStatus {
        switch reason {
        case .rejected(let rejection): .rejected(rejection)
        case .expired(let validUntil): .expired(validUntil: validUntil)
        case .refused(let refusal): .refused(refusal)
        }
    }
}

/// Local settings of a node's mempool; networks need not agree on them.
package struct MempoolLimits: Hashable, Sendable {
    /// The most bytes that wait, counted as they are encoded; a payer may have a tenth of them.
    package var byteCountMax: Int
    /// In free mode: the most shares that one payer is admitted in one minute of the clock.
    package var freeSharesPerMinute: UInt64

    package init(byteCountMax: Int = 64 << 20, freeSharesPerMinute: UInt64 = 6_000) {
        self.byteCountMax = byteCountMax
        self.freeSharesPerMinute = freeSharesPerMinute
    }
}

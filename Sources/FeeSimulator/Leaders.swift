import Cryptography
import LedgerCore
import MempoolCore
import Primitives

/// How a leader may depart from its duty (spec 2.4); voters can't see it.
package enum LeaderMove: Hashable, Sendable {
    /// Takes at most so many shares, so that they pay a higher price.
    case thin(shares: UInt64)
    /// Leaves the last one out of each block.
    case withhold
    /// Puts so many payments of its own beside those of the others.
    case stuff(count: Int)

    package var name: String {
        switch self {
        case .thin(let shares): "thin blocks of \(shares) shares"
        case .withhold: "withhold one payment"
        case .stuff(let count): "stuff \(count) own payments"
        }
    }
}

/// Who leads, and what those do who depart from their duty.
struct Leaders: Sendable {
    var move: LeaderMove?
    /// The first so many validators make the move.
    var movers = 0
    /// What the movers paid for payments of their own, all together.
    private(set) var ownFees: UInt64 = 0
    /// What each validator was paid.
    private(set) var payout: UInt64 = 0
    private var ownInBlock: UInt64 = 0
    private var nextNonce = UInt64.max / 2

    /// The leader of the next height builds its block.
    mutating func build(on chain: inout FeeChain, at time: Milliseconds) -> [Verified<IdentifiedTransaction>] {
        let height = chain.ledger.head.height.next.number
        ownInBlock = 0
        guard let move, height % UInt64(chain.genesis.validators.count) < UInt64(movers) else {
            return chain.selection(at: time)
        }
        switch move {
        case .stuff(let count):
            for _ in 0..<count {
                nextNonce += 1
                let own = chain.transaction(
                    payer: chain.payers.count - 1,
                    nonce: nextNonce,
                    validUntil: time.adding(Milliseconds(1_000)),
                    maxPrice: chain.genesis.parameters.priceCap
                )
                if chain.admit(own, at: time) { ownInBlock += own.value.transaction.shares }
            }
            return chain.selection(at: time)
        case .thin(let sharesMax):
            var left = sharesMax
            let part = chain.selection(at: time).prefix { transaction in
                let shares = transaction.value.transaction.shares
                guard shares <= left else { return false }
                left -= shares
                return true
            }
            return accepting(Array(part), on: chain, at: time)
        case .withhold: return accepting(chain.selection(at: time).dropLast(), on: chain, at: time)
        }
    }

    /// Those of a part who accept its price: fewer pay more each.
    private func accepting(
        _ part: [Verified<IdentifiedTransaction>],
        on chain: FeeChain,
        at time: Milliseconds
    ) -> [Verified<IdentifiedTransaction>] {
        let parameters = chain.genesis.parameters
        let offers = part.map {
            Offer(
                rank: $0.value.transaction.rank(under: parameters),
                shares: $0.value.transaction.shares,
                byteCount: $0.value.byteCount
            )
        }
        let limits = BlockLimits(sharesMax: .max / 10, byteCountMax: .max / 10)
        return LargestSet.choose(offers, terms: chain.ledger.terms(at: time), limits: limits).map { part[$0] }
    }

    mutating func note(_ delta: LedgerDelta) {
        payout += delta.payout.units
        ownFees += delta.head.price * ownInBlock
    }
}

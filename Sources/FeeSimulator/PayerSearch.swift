import Cryptography
import LedgerCore
import MempoolCore
import Primitives

/// What a payer may do other than sign one transaction with what it is truly worth.
package enum PayerMove: String, CaseIterable, Sendable {
    case bidLower = "bid lower"
    case bidHigher = "bid higher"
    case padOne = "pad with 1 payment to oneself"
    case padFive = "pad with 5 payments to oneself"
    case padFifty = "pad with 50 payments to oneself"
    case dummy = "add a dummy transaction at the cap"
    case split = "split into singles"
    case merge = "merge singles into one"
}

/// What a move brought over many random pools, in base units, beside signing truthfully in the same pool.
package struct PayerResult: Sendable {
    package let move: PayerMove
    package let pools: Int
    package let gains: Int
    package let losses: Int
    package let gainMean: Double
    package let gainMax: Int64
    package let lossMean: Double
}

/// What signing less and waiting longer brings in a steady crowd: fee and wait, for each maximum.
package struct PatienceResult: Sendable {
    package let rate: Double
    package let maxPrice: UInt64
    /// From 0 to 1.
    package let served: Double
    package let fee: Double
    package let wait: Double
    package let crowdFee: Double
    package let crowdWait: Double
}

package enum PayerSearch {
    /// Plays each move in so many pools of 5 to 60 others, each pool one block of the node's own.
    package static func run(_ preset: FeePreset, seed: UInt64, pools: Int) -> [PayerResult] {
        var gains: [PayerMove: [Int64]] = [:]
        var dice = Dice(seed: seed)
        for _ in 0..<pools {
            let pool = RandomPool(preset, from: &dice)
            let truthful = pool.utility(of: [pool.whole])
            let singles = pool.utility(of: pool.singles)
            for move in PayerMove.allCases {
                // Those who merge would have signed singles otherwise.
                let base = move == .merge ? singles : truthful
                gains[move, default: []].append(pool.utility(of: pool.signatures(move, from: &dice)) - base)
            }
        }
        return PayerMove.allCases.map { move in
            let all = gains[move] ?? []
            let won = all.filter { $0 > 0 }
            let lost = all.filter { $0 < 0 }
            return PayerResult(
                move: move,
                pools: all.count,
                gains: won.count,
                losses: lost.count,
                gainMean: mean(won.map(\.magnitude)),
                gainMax: won.max() ?? 0,
                lossMean: mean(lost.map(\.magnitude))
            )
        }
    }

    /// One payer in 50 signs a fixed maximum in a truthful crowd.
    package static func patience(_ preset: FeePreset, seed: UInt64, paymentsMax: Int) -> [PatienceResult] {
        var results: [PatienceResult] = []
        for rate in [10.0, 100.0, 1_000.0] {
            for part in [1_000, 250, 100, 50, 25] as [UInt64] {
                let maxPrice = max(1, preset.parameters.priceCap * part / 1_000)
                var run = FeeRun(
                    FeeRun.Settings(
                        parameters: preset.parameters,
                        rate: rate,
                        model: .truthful,
                        seed: seed,
                        paymentsMax: paymentsMax,
                        secondsMax: 3_600
                    )
                )
                run.probe = FeeRun.Probe(maxPrice: maxPrice, every: 50)
                let crowd = run.run()
                let probes = run.probes.row(rate: rate, scale: 1, seconds: 1, needPerSecond: 0, pool: 0)
                results.append(
                    PatienceResult(
                        rate: rate,
                        maxPrice: maxPrice,
                        served: probes.servedShare,
                        fee: probes.fee,
                        wait: probes.wait,
                        crowdFee: crowd.fee,
                        crowdWait: crowd.wait
                    )
                )
            }
        }
        return results
    }
}

/// One block's worth of offers, and a payer among them whose payments are worth a certain fee to it.
private struct RandomPool {
    /// What the payer signs: payments, and the price it would pay for each share at most.
    struct Signature {
        let payments: Int
        let maxPrice: UInt64
        /// How many of the payments are wanted; the rest is padding.
        let wanted: Int
    }

    private let chain: FeeChain
    private let time: Milliseconds
    private let others: [Verified<IdentifiedTransaction>]
    /// How many payments the payer wants, and what each is worth to it.
    private let wanted: Int
    private let worth: UInt64
    private let cap: UInt64

    init(_ preset: FeePreset, from dice: inout Dice) {
        var parameters = preset.parameters
        cap = parameters.priceCap
        parameters.blockCost = dice.within(cap...(50 * cap))
        parameters.reserveTarget = .zero
        chain = FeeChain(parameters, payerCount: 64, validatorCount: 1)
        time = chain.earliestBlock
        var others: [Verified<IdentifiedTransaction>] = []
        for number in 0..<dice.within(5...60) {
            let maxPrice = max(parameters.priceFloor, dice.maxPrice(.truthful, under: parameters))
            others.append(
                chain.transaction(
                    payer: Int(number),
                    payments: Int(dice.within(0...3) == 0 ? dice.within(2...20) : 1),
                    nonce: number,
                    validUntil: time.adding(Milliseconds(1_000)),
                    maxPrice: maxPrice
                )
            )
        }
        self.others = others
        wanted = Int(dice.within(1...6))
        worth = 2 * max(parameters.priceFloor, dice.maxPrice(.truthful, under: parameters))
    }

    /// The whole worth, spread over shares.
    private func price(over shares: Int, of payments: Int) -> UInt64 { worth * UInt64(payments) / UInt64(shares) }

    var whole: Signature {
        Signature(payments: wanted, maxPrice: price(over: 1 + wanted, of: wanted), wanted: wanted)
    }

    var singles: [Signature] {
        (0..<wanted).map { _ in Signature(payments: 1, maxPrice: price(over: 2, of: 1), wanted: 1) }
    }

    func signatures(_ move: PayerMove, from dice: inout Dice) -> [Signature] {
        let truth = whole
        func bid(_ maxPrice: UInt64) -> [Signature] {
            [Signature(payments: wanted, maxPrice: maxPrice, wanted: wanted)]
        }
        func padded(_ count: Int) -> [Signature] {
            let payments = wanted + count
            return [Signature(payments: payments, maxPrice: price(over: 1 + payments, of: wanted), wanted: wanted)]
        }
        switch move {
        case .bidLower: return bid(dice.within(0...max(1, truth.maxPrice) - 1))
        case .bidHigher: return bid(dice.within(truth.maxPrice + 1...truth.maxPrice + 1 + cap))
        case .padOne: return padded(1)
        case .padFive: return padded(5)
        case .padFifty: return padded(50)
        case .dummy: return [truth, Signature(payments: 1, maxPrice: cap, wanted: 0)]
        case .split: return singles
        case .merge: return [truth]
        }
    }

    /// What the block brings the payer: the worth of the wanted payments that settled, less all fees.
    func utility(of signatures: [Signature]) -> Int64 {
        var chain = chain
        for other in others { _ = chain.admit(other, at: time) }
        var wantedByNonce: [UInt64: Int] = [:]
        for (index, signature) in signatures.enumerated() {
            let nonce = 1_000_000 + UInt64(index)
            wantedByNonce[nonce] = signature.wanted
            let transaction = chain.transaction(
                payer: chain.payers.count - 1,
                payments: signature.payments,
                nonce: nonce,
                validUntil: time.adding(Milliseconds(1_000)),
                maxPrice: signature.maxPrice
            )
            _ = chain.admit(transaction, at: time)
        }
        let block = chain.selection(at: time)
        let delta = chain.settle(block, at: time)
        var utility: Int64 = 0
        for transaction in block {
            guard let wanted = wantedByNonce[transaction.value.transaction.nonce] else { continue }
            utility += Int64(wanted) * Int64(worth)
            utility -= Int64(delta.fee(of: transaction.value.transaction).units)
        }
        return utility
    }
}

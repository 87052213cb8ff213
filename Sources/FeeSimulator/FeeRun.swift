import Cryptography
package import LedgerCore
import MempoolCore
import Primitives

/// One stream of single payments through one chain.
package struct FeeRun: Sendable {
    package struct Settings: Sendable {
        package var parameters: Parameters
        /// Payments a second.
        package var rate: Double
        package var model: DemandModel
        package var seed: UInt64
        /// It ends with whichever comes first.
        package var paymentsMax: Int
        package var secondsMax: Double
        /// So many payments come at a moment; 1: each for itself.
        package var burst = 1
        /// Above this rate one in several payments is simulated.
        ///
        /// With a reserve target less of them, so that the run spans more payouts.
        package var ratePerSecondMax: Double
        /// Whether a pool with a target begins where income meets need.
        package var beginsBalanced = true
        /// How long an unserved payment stays, in milliseconds.
        package var patience: UInt64 = 60_000
        /// The part of the time that is not counted, in hundredths.
        package var warmUp = 20

        package init(
            parameters: Parameters,
            rate: Double,
            model: DemandModel,
            seed: UInt64,
            paymentsMax: Int,
            secondsMax: Double
        ) {
            self.parameters = parameters
            self.rate = rate
            self.model = model
            self.seed = seed
            self.paymentsMax = paymentsMax
            self.secondsMax = secondsMax
            ratePerSecondMax = parameters.reserveTarget > .zero ? 100 : 250
        }
    }

    /// A single that one payer in several signs, whatever it is worth: to see what it gets for it.
    struct Probe: Sendable {
        var maxPrice: UInt64
        var every: Int
    }

    let settings: Settings
    private let scale: UInt64
    private let need: Double
    private(set) var chain: FeeChain
    private var dice: Dice
    /// Milliseconds since the chain's start.
    private var clock: UInt64 = 0
    private let end: UInt64
    private let countedFrom: UInt64
    private var nextArrival: Double = 0
    private var lastLook: UInt64?
    private var hasNews = false
    /// When each payment came, by its nonce.
    private var arrivals: [UInt64] = []
    private(set) var tally = FeeTally()
    private(set) var probes = FeeTally()
    var probe: Probe?
    var leaders = Leaders()

    package init(_ settings: Settings) {
        self.settings = settings
        scale = FeeSimulator.scale(of: settings.rate, ratePerSecondMax: settings.ratePerSecondMax)
        let parameters = settings.parameters.scaled(by: scale)
        need = parameters.needPerSecond
        let rate = settings.rate / Double(scale)
        let seconds = min(settings.secondsMax, Double(settings.paymentsMax) / rate)
        (countedFrom, end) = Self.window(UInt64(seconds * 1_000), settings)
        let pool = settings.beginsBalanced ? Equilibrium.pool(under: parameters, rate: rate) : 0
        chain = FeeChain(parameters, payerCount: 256, pool: pool)
        dice = Dice(seed: settings.seed)
        nextArrival = dice.pause(rate: rate / Double(settings.burst))
    }

    /// What counts: whole payout intervals where there are some, since fee and pool swing with the payouts.
    private static func window(_ length: UInt64, _ settings: Settings) -> (from: UInt64, end: UInt64) {
        let from = length * UInt64(settings.warmUp) / 100
        let interval = settings.parameters.payoutInterval.number
        let (first, last) = ((from + interval - 1) / interval * interval, length / interval * interval)
        return first < last ? (first, last) : (from, length)
    }

    /// Runs to the end.
    package mutating func run() -> FeeRow {
        // Those who came last are followed until they are served or give up, in a crowd that goes on.
        while clock < end || (undecided > 0 && clock < end + settings.patience) {
            takeArrivals()
            makeBlockIfDue()
            clock = nextMoment
        }
        return tally.row(
            rate: settings.rate,
            scale: scale,
            seconds: Double(end - countedFrom) / 1_000,
            needPerSecond: need,
            pool: chain.pool
        )
    }

    private var undecided: Int { tally.offered + probes.offered - tally.fees.count - probes.fees.count }

    /// Whether a payment that comes, or a block that is made, at this moment counts.
    private func counts(_ moment: UInt64) -> Bool { countedFrom <= moment && moment < end }

    private var now: Milliseconds { FeeChain.start.adding(Milliseconds(clock)) }

    private func milliseconds(_ time: Milliseconds) -> UInt64 { time.number - FeeChain.start.number }

    // MARK: - Arrivals

    private mutating func takeArrivals() {
        while UInt64(nextArrival * 1_000) <= clock {
            for _ in 0..<settings.burst { arrive() }
            nextArrival += dice.pause(rate: settings.rate / Double(scale) / Double(settings.burst))
        }
    }

    private mutating func arrive() {
        let nonce = UInt64(arrivals.count)
        arrivals.append(clock)
        var maxPrice = dice.maxPrice(settings.model, under: chain.genesis.parameters)
        let isProbe = isProbe(nonce)
        if let probe, isProbe { maxPrice = probe.maxPrice }
        if counts(clock) {
            if isProbe { probes.noteOffer() } else { tally.noteOffer() }
        }
        let transaction = chain.transaction(
            payer: Int(nonce % UInt64(chain.payers.count - 1)),
            nonce: nonce,
            validUntil: now.adding(Milliseconds(settings.patience)),
            maxPrice: maxPrice
        )
        // Who is refused for a price below the floor goes away unserved.
        if chain.admit(transaction, at: now) { hasNews = true }
    }

    private func isProbe(_ nonce: UInt64) -> Bool {
        guard let probe else { return false }
        return Int(nonce) % probe.every == 0
    }

    // MARK: - Blocks

    /// A pool in which nothing was found is looked at again after 20 ms, and after a second if nothing comes.
    private static var pause: UInt64 { 20 }
    private static var retry: UInt64 { 1_000 }
    private static var heartbeat: UInt64 { 60_000 }

    private mutating func makeBlockIfDue() {
        guard now >= chain.earliestBlock else { return }
        let isHeartbeat = clock >= milliseconds(chain.ledger.head.time) + Self.heartbeat
        if !isHeartbeat {
            guard chain.mempool.count > 0, clock >= nextLook else { return }
            lastLook = clock
            hasNews = false
            guard chain.hasWork(at: now) else { return }
        }
        lastLook = nil
        let block = leaders.build(on: &chain, at: now)
        let delta = chain.settle(block, at: now)
        note(block, delta)
    }

    private mutating func note(_ block: [Verified<IdentifiedTransaction>], _ delta: LedgerDelta) {
        let head = delta.head
        if counts(clock) {
            leaders.note(delta)
            tally.noteBlock(
                payments: block.count,
                floor: head.floor,
                income: head.price * UInt64(head.shares),
                payout: delta.payout.units * UInt64(chain.genesis.payoutAccounts.count)
            )
        }
        for transaction in block {
            let nonce = transaction.value.transaction.nonce
            // A leader's own have nonces beyond those of the crowd.
            guard nonce < UInt64(arrivals.count), counts(arrivals[Int(nonce)]) else { continue }
            let fee = delta.fee(of: transaction.value.transaction).units
            let wait = clock - arrivals[Int(nonce)]
            if isProbe(nonce) {
                probes.noteService(fee: fee, wait: wait)
            } else {
                tally.noteService(fee: fee, wait: wait)
            }
        }
    }

    private var nextMoment: UInt64 {
        var next = max(clock + 1, UInt64(nextArrival * 1_000))
        next = min(next, max(clock + 1, milliseconds(chain.ledger.head.time) + Self.heartbeat))
        guard chain.mempool.count > 0 else { return next }
        let earliest = milliseconds(chain.earliestBlock)
        if clock < earliest { return min(next, earliest) }
        return min(next, max(clock + 1, nextLook))
    }

    /// Who comes while nobody looks is looked at when the pause is over.
    private var nextLook: UInt64 { lastLook.map { $0 + (hasNews ? Self.pause : Self.retry) } ?? clock }
}

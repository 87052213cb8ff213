import Cryptography
import LedgerCore
import Primitives
import Testing

/// Seeded random chains with branches, held against the reference at every step.
struct RandomBlocksTests {
    static let people = (1...40).map { account(UInt64($0)) }

    private static func makeGenesis() throws -> Genesis {
        try LedgerCoreTests.makeGenesis(
            {
                $0.blockCost = 3_000
                $0.reserveTarget = Amount(units: 500_000)
                $0.payoutInterval = Milliseconds(5_000)
                $0.payoutMaximum = Amount(units: 9_000)
                $0.maxLifetime = Milliseconds(4_000)
                $0.maxBlockShares = 40
                $0.maxPaymentsPerTransaction = 8
                $0.maxBlockBytes = 6_000
            },
            accounts: people.prefix(9).map { ($0, 400_000) }
        )
    }

    private static func transactions(
        at time: UInt64,
        in genesis: Genesis,
        from numbers: inout SeededNumbers
    ) -> [IdentifiedTransaction] {
        (0..<Int.random(in: 0...12, using: &numbers)).map { _ in
            let payments = (0..<Int.random(in: 1...3, using: &numbers)).map { _ in
                (
                    people[Int.random(in: 0..<people.count, using: &numbers)],
                    UInt64.random(in: 1...(Bool.random(using: &numbers) ? 60_000 : 2_000), using: &numbers)
                )
            }
            return genesis.transaction(
                from: people[Int.random(in: 0..<people.count, using: &numbers)],
                payments,
                nonce: UInt64.random(in: 0...30, using: &numbers),
                validUntil: Milliseconds(time + UInt64.random(in: 0...4_000, using: &numbers)),
                maxPrice: UInt64.random(in: 100...400, using: &numbers)
            )
        }
    }

    /// Drops transactions that make the block invalid, so that most blocks are valid and hold something.
    private static func validPart(
        _ transactions: [IdentifiedTransaction],
        at time: UInt64,
        on reference: ReferenceLedger
    ) -> [IdentifiedTransaction] {
        var kept: [IdentifiedTransaction] = []
        for transaction in transactions {
            var trial = reference
            if trial.execute(kept + [transaction], at: time) != nil { kept.append(transaction) }
        }
        return kept
    }

    @Test(arguments: 1...6)
    func agreesWithTheReferenceOnEveryBranch(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let genesis = try Self.makeGenesis()
        var ledger = Ledger(genesis: genesis)
        var path: [LedgerDelta] = []
        // references[i] is the state after i deltas of the path.
        var references = [ReferenceLedger(genesis)]
        var faults = 0
        var openings = 0
        for _ in 0..<120 {
            let reference = references[path.count]
            let step = Bool.random(using: &numbers) ? 250 : UInt64.random(in: 200...3_000, using: &numbers)
            let time = reference.time + step
            let offered = Self.transactions(at: time, in: genesis, from: &numbers)
            let block =
                Int.random(in: 0..<4, using: &numbers) == 0
                ? offered : Self.validPart(offered, at: time, on: reference)
            var next = reference
            let expected = next.execute(block, at: time)
            do throws(BlockFault) {
                let delta = try ledger.child(block, at: Milliseconds(time), after: path)
                #expect(delta.head == expected)
                openings += delta.touched.count { $0.isOpened }
                path.append(delta)
                references.append(next)
            } catch {
                #expect(expected == nil, "\(error)")
                faults += 1
            }
            try compare(ledger, path, with: references[path.count])
            if path.count > Int.random(in: 1...6, using: &numbers) {
                if Bool.random(using: &numbers) {
                    ledger.finalize(path.removeFirst())
                    references.removeFirst()
                    try compare(ledger, path, with: references[path.count])
                    try compare(ledger, [], with: references[0])
                } else {
                    // Another branch: the last block is given up.
                    path.removeLast()
                    references.removeLast()
                }
            }
        }
        #expect(faults > 5)
        #expect(openings > 5)
        #expect(ledger.head.height > Height(20))
    }

    private func compare(_ ledger: Ledger, _ path: [LedgerDelta], with reference: ReferenceLedger) throws {
        #expect(ledger.head(after: path).stateRoot == reference.stateRoot)
        #expect(ledger.accountCount(after: path) == reference.ids.count)
        #expect(reference.balances.reduce(0, +) == ledger.supply.units)
        for (index, id) in reference.ids.enumerated() {
            let number = AccountNumber(UInt32(index))
            let found = try #require(ledger.account(id, after: path))
            #expect(found.number == number)
            #expect(found.balance.units == reference.balances[index])
            #expect(ledger.balance(of: number, after: path)?.units == reference.balances[index])
            if path.isEmpty { #expect(ledger.account(numbered: number)?.touched.number == reference.touched[index]) }
        }
        #expect(ledger.account(stranger, after: path) == nil)
    }

    @Test(arguments: 1...3)
    func aRestoredLedgerGoesOnLikeTheOriginal(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: 100 + seed)
        let genesis = try Self.makeGenesis()
        var ledger = Ledger(genesis: genesis)
        var reference = ReferenceLedger(genesis)
        for _ in 0..<60 {
            let time = reference.time + UInt64.random(in: 250...900, using: &numbers)
            let block = Self.validPart(
                Self.transactions(at: time, in: genesis, from: &numbers),
                at: time,
                on: reference
            )
            _ = reference.execute(block, at: time)
            var restored = try Ledger(genesis: genesis, restoring: ledger.snapshot)
            #expect(restored.snapshot.replay == ledger.snapshot.replay)
            try restored.settle(block, at: Milliseconds(time))
            try ledger.settle(block, at: Milliseconds(time))
            #expect(restored.head == ledger.head)
            #expect(restored.frontier == ledger.frontier)
            try compare(restored, [], with: reference)
            // The window holds what can still exclude something, and nothing that ended more than a second ago.
            let live = Dictionary(grouping: reference.settled) { "\($0.payer) \($0.nonce)" }
                .compactMapValues { $0.map(\.validUntil).max() }
            let kept = ledger.snapshot.replay
            #expect(kept.allSatisfy { time <= $0.validUntil.number + 4_000 + 1_000 })
            for (who, validUntil) in live where validUntil + 4_000 >= time {
                #expect(kept.contains { "\(ledger.account(numbered: $0.payer)!.id) \($0.nonce)" == who })
            }
        }
        #expect(ledger.frontier.size > 60)
    }

    // MARK: - Conservation

    /// Under any parameters, whatever settles: no unit is made or lost, and fees reach the pool and the operators only.
    @Test(arguments: 1...12)
    func noSequenceOfBlocksMakesOrLosesAUnit(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: 500 + seed)
        let genesis = try Self.makeGenesis(with: &numbers)
        var ledger = Ledger(genesis: genesis)
        var reference = ReferenceLedger(genesis)
        var fees: UInt64 = 0
        var payouts: UInt64 = 0
        for _ in 0..<50 {
            let time = reference.time + UInt64.random(in: 250...2_500, using: &numbers)
            let block = Self.validPart(
                Self.transactions(at: time, in: genesis, from: &numbers),
                at: time,
                on: reference
            )
            let expected = reference.execute(block, at: time)
            let delta = try ledger.settle(block, at: Milliseconds(time))
            #expect(delta.head == expected)
            fees += delta.head.price * UInt64(delta.head.shares)
            payouts += delta.payout.units * UInt64(genesis.payoutAccounts.count)
            #expect(ledger.balance(.pool) == fees - payouts)
            #expect(delta.head.floor >= genesis.parameters.priceFloor)
            #expect(delta.head.price <= max(delta.head.floor, genesis.parameters.priceCap))
            try compare(ledger, [], with: reference)
        }
        #expect(ledger.frontier.size > 30)
    }

    private static func makeGenesis(with numbers: inout SeededNumbers) throws -> Genesis {
        let isFree = Int.random(in: 0..<4, using: &numbers) == 0
        let cap = UInt64.random(in: 1...100, using: &numbers)
        let floor = UInt64.random(in: 0...min(cap, 20), using: &numbers)
        let cost = UInt64.random(in: 0...9_000, using: &numbers)
        let target = Bool.random(using: &numbers) ? 0 : UInt64.random(in: 1...200_000, using: &numbers)
        let interval = UInt64.random(in: 1...20_000, using: &numbers)
        let maximum = UInt64.random(in: 0...30_000, using: &numbers)
        let opening = UInt64.random(in: 0...3_000, using: &numbers)
        return try LedgerCoreTests.makeGenesis(
            {
                $0.blockCost = isFree ? 0 : cost
                $0.priceFloor = isFree ? 0 : floor
                $0.priceCap = isFree ? 0 : cap
                $0.reserveTarget = Amount(units: target)
                $0.payoutInterval = Milliseconds(interval)
                $0.payoutMaximum = Amount(units: maximum)
                $0.openingMinimum = Amount(units: opening)
                $0.maxLifetime = Milliseconds(4_000)
                $0.maxBlockShares = 40
                $0.maxPaymentsPerTransaction = 8
                $0.maxBlockBytes = 6_000
            },
            accounts: people.prefix(9).map { ($0, 400_000) },
            validatorCount: UInt64.random(in: 1...7, using: &numbers)
        )
    }
}

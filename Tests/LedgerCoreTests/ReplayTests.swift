import LedgerCore
import Primitives
import Testing

/// Spec 2.3, sentence by sentence; L is 300,000 ms.
struct ReplayTests {
    let genesis: Genesis
    var ledger: Ledger
    static let lifetime: UInt64 = 300_000

    init() throws {
        genesis = try makeGenesis { $0.blockCost = 0 }
        ledger = Ledger(genesis: genesis)
    }

    private func pay(
        _ nonce: UInt64 = 5,
        until validUntil: Milliseconds,
        amount: UInt64 = 1,
        from payer: AccountID = alice
    ) -> IdentifiedTransaction {
        genesis.transaction(from: payer, [(bob, amount)], nonce: nonce, validUntil: validUntil)
    }

    @Test func theSameBytesNeverStandInOneBlockTwice() {
        let transaction = pay(until: start + 1_000)
        #expect(throws: BlockFault.nonceUsed(transaction: 1, by: transaction.id)) {
            try ledger.child([transaction, transaction])
        }
    }

    @Test func noncesNeedNoOrderAndPayersDoNotShareThem() throws {
        #expect(throws: Never.self) {
            try ledger.child([
                pay(7, until: start + 1_000), pay(2, until: start + 900), pay(.max, until: start + 300_250),
                pay(7, until: start + 1_000, from: bob),
            ])
        }
    }

    @Test mutating func aFinalAncestorExcludes() throws {
        let first = pay(until: start + 1_000)
        try ledger.settle([first])
        let second = pay(until: start + 1_000, amount: 2)
        #expect(throws: BlockFault.nonceUsed(transaction: 0, by: first.id)) { try ledger.child([second]) }
        #expect(ledger.replayConflict(of: second.transaction) == first.id)
    }

    @Test func anAncestorThatIsNotFinalExcludesOnItsBranchOnly() throws {
        let first = pay(until: start + 1_000)
        let holding = try ledger.child([first])
        let empty = try ledger.child()
        #expect(throws: BlockFault.nonceUsed(transaction: 0, by: first.id)) {
            try ledger.child([first], after: [holding])
        }
        #expect(throws: BlockFault.nonceUsed(transaction: 0, by: first.id)) {
            try ledger.child([first], after: [holding, ledger.child(after: [holding])])
        }
        #expect(throws: Never.self) { try ledger.child([first], after: [empty]) }
        #expect(ledger.replayConflict(of: first.transaction, after: [holding]) == first.id)
        #expect(ledger.replayConflict(of: first.transaction, after: [empty]) == nil)
    }

    /// T excludes T' up to T.validUntil + L = T'.validUntil, and not a millisecond beyond.
    @Test(arguments: [(UInt64(0), true), (1, false)])
    mutating func excludesUpToALifetimeLater(beyond: UInt64, isExcluded: Bool) throws {
        let first = pay(until: start + 1_000)
        try ledger.settle([first])
        let later = pay(until: start + 1_000 + Self.lifetime + beyond)
        if isExcluded {
            #expect(throws: BlockFault.nonceUsed(transaction: 0, by: first.id)) {
                try ledger.child([later], at: start + 1_500)
            }
        } else {
            #expect(throws: Never.self) { try ledger.child([later], at: start + 1_500) }
        }
        #expect(ledger.replayConflict(of: later.transaction) == (isExcluded ? first.id : nil))
    }

    /// One payer's nonce may come again after a lifetime; then the later one is what excludes.
    @Test mutating func theGreatestValidUntilIsKept() throws {
        try ledger.settle([pay(until: start + 1_000)])
        let second = pay(until: start + 1_001 + Self.lifetime)
        try ledger.settle([second], at: start + 1_500)
        let third = pay(until: start + 301_500, amount: 2)
        #expect(throws: BlockFault.nonceUsed(transaction: 0, by: second.id)) {
            try ledger.child([third], at: start + 1_750)
        }
    }

    /// "Nonce used" stays for as long as anything it excludes could still settle.
    @Test mutating func anEntryLastsAsLongAsWhatItExcludes() throws {
        let first = pay(until: start + 1_000)
        try ledger.settle([first])
        try ledger.settle(at: start + 1_000 + Self.lifetime)
        let last = pay(until: start + 1_000 + Self.lifetime, amount: 2)
        #expect(ledger.replayConflict(of: last.transaction) == first.id)
        #expect(throws: BlockFault.self) { try ledger.child([last]) }
    }

    @Test mutating func entriesGoOnceTheyExcludeNothing() throws {
        for nonce in UInt64(0)..<100 { try ledger.settle([pay(nonce, until: start + 30_000)]) }
        #expect(ledger.snapshot.replay.count == 100)
        try ledger.settle(at: start + 30_000 + Self.lifetime)
        #expect(ledger.snapshot.replay.count == 100)
        // A whole second goes at once.
        try ledger.settle(at: start + 31_000 + Self.lifetime)
        #expect(ledger.snapshot.replay.isEmpty)
    }

    /// With a lifetime of less than a second, both uses of a nonce end in the same one.
    @Test func anEntryReplacedWithinASecondGoesOnce() throws {
        let genesis = try makeGenesis {
            $0.maxLifetime = Milliseconds(100)
            $0.minBlockInterval = .zero
        }
        var ledger = Ledger(genesis: genesis)
        let pay = { nonce, offset in
            genesis.transaction(from: alice, [(bob, 1)], nonce: nonce, validUntil: start + offset)
        }
        try ledger.settle([pay(1, 250)], at: start + 250)
        try ledger.settle([pay(1, 351)], at: start + 300)
        try ledger.settle(at: start + 1_100)
        #expect(ledger.snapshot.replay.isEmpty)
        let later = [pay(2, 1_200), pay(3, 1_200), pay(1, 1_200)]
        try ledger.settle(later, at: start + 1_200)
        #expect(ledger.snapshot.replay.count == 3)
        #expect(later.map { ledger.replayConflict(of: $0.transaction) } == later.map(\.id))
    }

    // MARK: - Verdicts

    /// Two transactions of one payer and nonce exclude each other, whichever is final, when they differ by at most L.
    @Test(arguments: [
        (UInt64(600_000), UInt64(300_000), true), (600_000, 299_999, false), (600_000, 900_000, true),
        (600_000, 900_001, false), (600_000, 600_000, true),
    ])
    mutating func aFinalTransactionExcludesBothWays(final: UInt64, other: UInt64, isExcluded: Bool) throws {
        try ledger.settle(at: start + 400_000)
        let first = pay(until: start + final)
        try ledger.settle([first])
        let second = pay(until: start + other, amount: 2)
        #expect(ledger.finalExclusion(of: second.transaction) == (isExcluded ? first.id : nil))
    }

    @Test mutating func theFinalTransactionIsItsOwnAnswer() throws {
        let first = pay(until: start + 1_000)
        #expect(ledger.finalExclusion(of: first.transaction) == nil)
        let delta = try ledger.child([first])
        #expect(ledger.finalExclusion(of: first.transaction) == nil)
        ledger.finalize(delta)
        #expect(ledger.finalExclusion(of: first.transaction) == first.id)
    }

    @Test func aPayerWithoutAnAccountIsExcludedByNothing() {
        #expect(ledger.replayConflict(of: pay(until: start + 1, from: stranger).transaction) == nil)
    }
}

import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import Testing

struct SelectionTests {
    @Test func anEmptyPoolSelectsNothing() throws {
        #expect(try Node().selection().isEmpty)
    }

    @Test func anOfferThatNobodyReachesSelectsNothing() throws {
        var node = try Node()
        _ = node.admit(node.transaction(from: alice, maxPrice: 199))
        #expect(node.selection().isEmpty)
        _ = node.admit(node.transaction(from: bob, [(alice, 1)], maxPrice: 200))
        #expect(node.selection().count == 1)
    }

    @Test func takesWhatIsValidAtTheTimeOfTheBlock() throws {
        var node = try Node()
        node.now = start + 10_000
        let soon = node.transaction(from: alice, nonce: 0, validUntil: start + 5_000)
        let late = node.transaction(from: alice, nonce: 1, validUntil: start + 305_001)
        for transaction in [soon, late] { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        #expect(node.selection(at: start + 5_000) == [soon])
        #expect(node.selection(at: start + 5_001) == [late])
    }

    /// Against the parent's state; what this block would credit is not counted.
    @Test func takesWhatTheParentsStateCovers() throws {
        var node = try Node(accounts: [(alice, 1_000), (bob, 401)])
        let first = node.transaction(from: alice, [(bob, 400)], nonce: 0)
        let bobs = node.transaction(from: bob, [(alice, 1)])
        for transaction in [first, bobs] { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        #expect(node.selection() == [first, bobs])
        // On a branch where Bob has spent his money already, he is left out; where Alice paid him, he is in again.
        let spent = try node.child([node.transaction(from: bob, [(alice, 1)], nonce: 9)])
        #expect(node.selection(after: [spent]) == [first])
        let paid = try node.child([node.transaction(from: alice, [(bob, 500)], nonce: 9)], after: [spent])
        #expect(node.selection(after: [spent, paid]) == [bobs])
    }

    /// Oldest first while the balance covers: behind the first that it does not, none of that payer is taken.
    @Test func aPayersTurnEndsAtTheFirstUncovered() throws {
        var node = try Node(accounts: [(alice, 2_000), (bob, 0)])
        let all = [
            node.transaction(from: alice, [(bob, 1)], nonce: 0),
            node.transaction(from: alice, [(bob, 700)], nonce: 1),
            node.transaction(from: alice, [(bob, 2)], nonce: 2),
        ]
        for transaction in all { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        // 1,000 are left there: the first reserves 401, the second 1,100, the third would fit.
        let path = [try node.child([node.transaction(from: alice, [(bob, 600)], nonce: 9)])]
        #expect(node.selection(after: path) == [all[0]])
    }

    /// Each alone would be covered there, and both together are not.
    @Test func thePartsOfOnePayerAreCoveredTogether() throws {
        var node = try Node(accounts: [(alice, 2_000), (bob, 0)])
        let all = (UInt64(0)..<2).map { node.transaction(from: alice, [(bob, 200)], nonce: $0) }
        for transaction in all { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        let path = [try node.child([node.transaction(from: alice, [(bob, 600)], nonce: 9)])]
        #expect(node.selection(after: path) == [all[0]])
    }

    @Test func takesNothingThatAnAncestorHoldsOrExcludes() throws {
        var node = try Node()
        let held = node.transaction(from: alice, nonce: 0)
        let excluded = node.transaction(from: alice, [(bob, 1)], nonce: 1)
        let free = node.transaction(from: alice, nonce: 2)
        for transaction in [held, excluded, free] { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        let first = try node.child([held])
        let second = try node.child([node.transaction(from: alice, [(bob, 2)], nonce: 1)], after: [first])
        #expect(node.selection(after: [first, second]) == [free])
        #expect(node.selection(after: [first]) == [excluded, free])
    }

    /// The whole way: random pools over a branch, and every selection makes a valid block in any order.
    @Test(arguments: 1...4)
    func everySelectionIsAValidBlock(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var node = try Node(accounts: (1...12).map { (account($0), 30_000) }) {
            $0.maxBlockShares = 60
            $0.maxPaymentsPerTransaction = 8
            $0.blockCost = 2_000
        }
        var nonce: UInt64 = 0
        var path: [LedgerDelta] = []
        var blocks: [[Verified<IdentifiedTransaction>]] = []
        var reached = (cut: 0, dropped: 0, final: 0)
        for _ in 0..<150 {
            node.now = node.ledger.head(after: path).time
            for _ in 0..<Int.random(in: 0...14, using: &numbers) {
                nonce += 1
                let payments = (0..<Int.random(in: 1...4, using: &numbers)).map { _ in
                    (account(UInt64.random(in: 1...14, using: &numbers)), UInt64.random(in: 1...1_800, using: &numbers))
                }
                _ = node.admit(
                    node.transaction(
                        from: account(UInt64.random(in: 1...14, using: &numbers)),
                        payments,
                        nonce: nonce,
                        validUntil: node.now + UInt64.random(in: 0...3_000, using: &numbers),
                        maxPrice: UInt64.random(in: 1...250, using: &numbers)
                    )
                )
            }
            var block = node.selection(after: path)
            let shares = block.map { $0.value.transaction.shares }.reduce(0, +)
            if shares > 50 { reached.cut += 1 }
            block.shuffle(using: &numbers)
            path.append(try node.child(block, after: path))
            blocks.append(block)
            if path.count > 2 {
                node.ledger.finalize(path.removeFirst())
                let final = blocks.removeFirst()
                reached.final += final.count
                reached.dropped += node.mempool.finalized(final.map(\.value), ledger: node.ledger).count
                #expect(final.allSatisfy { !node.mempool.contains(leaf: $0.value.leaf) })
            }
        }
        #expect(reached.cut > 3 && reached.dropped > 3 && reached.final > 100, "\(reached)")
        let waiting = node.mempool.waiting(limit: .max).transactions
        #expect(waiting.count == node.mempool.count)
        #expect(waiting.map(\.value.byteCount).reduce(0, +) == node.mempool.byteCount)
    }

    /// The pool gives every byte and every reservation back, over many that come and go.
    @Test func aPoolThatEmptiedTakesAsMuchAsANewOne() throws {
        var node = try Node(limits: MempoolLimits(byteCountMax: 16_400), accounts: [(alice, 10_000_000), (bob, 0)])
        for round in UInt64(0)..<50 {
            let all = (0..<10).map {
                node.transaction(
                    from: alice,
                    nonce: 10 * round + $0,
                    validUntil: node.ledger.head.time + 10_000,
                    maxPrice: 200
                )
            }
            node.now = node.ledger.head.time
            for transaction in all { #expect(node.admit(transaction) == .admitted(dropped: [])) }
            #expect(node.mempool.byteCount == 1_640)
            #expect(node.mempool.shares == 20)
            #expect(try node.settle(all) == [])
            #expect(node.mempool.count == 0)
            #expect(node.mempool.shares == 0)
        }
    }
}

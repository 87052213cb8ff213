import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import Testing

/// Arm (a) asks whether a block would be empty without choosing it; `Node.selection` holds both answers against each other.
struct HasSelectionTests {
    @Test func agreesWithTheSelectionOverRandomPools() throws {
        var numbers = SeededNumbers(seed: 7)
        var empty = 0
        var taken = 0
        for _ in 0..<150 {
            let shares = UInt32.random(in: 20...400, using: &numbers)
            let bytes = UInt32.random(in: 1_000...20_000, using: &numbers)
            let cost = UInt64.random(in: 0...4_000, using: &numbers)
            var node = try Node { parameters in
                parameters.maxBlockShares = shares
                parameters.maxBlockBytes = bytes
                parameters.blockCost = cost
                parameters.maxPaymentsPerTransaction = 4
            }
            let ranks = UInt64.random(in: 1...200, using: &numbers)
            for nonce in 0..<UInt64.random(in: 1...250, using: &numbers) {
                let payer = [alice, bob, carol][Int(nonce % 3)]
                let count = Int.random(in: 1...4, using: &numbers)
                _ = node.admit(
                    node.transaction(
                        from: payer,
                        [(AccountID, UInt64)](repeating: (bob, 1), count: count),
                        nonce: nonce,
                        maxPrice: UInt64.random(in: 1...ranks, using: &numbers),
                        reference: Int.random(in: 0...64, using: &numbers)
                    )
                )
            }
            if node.selection().isEmpty { empty += 1 } else { taken += 1 }
        }
        #expect(empty > 10)
        #expect(taken > 10)
    }

    @Test func oneCheapOfferHidesNoOther() throws {
        var node = try Node()
        _ = node.admit(node.transaction(from: alice, nonce: 0, maxPrice: 1))
        #expect(!node.mempool.hasSelection(ledger: node.ledger, after: [], time: start.adding(Milliseconds(250))))
        _ = node.admit(node.transaction(from: bob, nonce: 1, maxPrice: 200))
        #expect(node.mempool.hasSelection(ledger: node.ledger, after: [], time: start.adding(Milliseconds(250))))
    }
}

import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import Testing

struct LeavingTests {
    @Test func leavesByItsOwnFinality() throws {
        var node = try Node()
        let transaction = node.transaction(from: alice)
        _ = node.admit(transaction)
        #expect(try node.settle([transaction]) == [])
        #expect(node.mempool.count == 0)
        #expect(node.mempool.byteCount == 0)
        #expect(!node.mempool.contains(leaf: transaction.value.leaf))
        #expect(node.mempool.transaction(id: transaction.value.id) == nil)
    }

    /// Another signature of the same transaction settled: it is final, under the same id.
    @Test func leavesByTheFinalityOfItsTwin() throws {
        var node = try Node()
        _ = node.admit(node.transaction(from: alice))
        #expect(try node.settle([node.transaction(from: alice, signature: 1)]) == [])
        #expect(node.mempool.count == 0)
    }

    @Test func leavesByTheFinalityOfOneThatExcludesIt() throws {
        var node = try Node()
        let waiting = node.transaction(from: alice, [(bob, 1)], nonce: 7)
        let other = node.transaction(from: alice, [(bob, 2)], nonce: 7)
        _ = node.admit(waiting)
        let dropped = try node.settle([other])
        #expect(dropped.map(\.id) == [waiting.value.id])
        #expect(dropped.map(\.status) == [.rejected(.nonceUsed(by: other.value.id))])
        #expect(node.admit(waiting) == .settledOrExcluded(by: other.value.id))
    }

    @Test func staysWhenTheFinalOneDoesNotExcludeIt() throws {
        var node = try Node { $0.maxLifetime = Milliseconds(10_000) }
        let early = node.transaction(from: alice, nonce: 7, validUntil: start + 1_000)
        let late = node.transaction(from: alice, nonce: 7, validUntil: start + 11_001)
        node.now = start + 1_500
        #expect(node.admit(late) == .admitted(dropped: []))
        #expect(try node.settle([early]) == [])
        #expect(node.mempool.contains(leaf: late.value.leaf))
    }

    @Test func leavesByExpiryInFinalTimeAndNotBefore() throws {
        var node = try Node()
        let first = node.transaction(from: alice, nonce: 0, validUntil: start + 2_000)
        let second = node.transaction(from: alice, nonce: 1, validUntil: start + 1_000)
        _ = node.admit(first)
        _ = node.admit(second)
        #expect(node.mempool.earliestValidUntil == start + 1_000)
        node.now = start + 9_000_000
        #expect(try node.settle(at: start + 1_000) == [])
        let dropped = try node.settle(at: start + 2_001)
        #expect(
            dropped.map(\.status) == [.expired(validUntil: start + 1_000), .expired(validUntil: start + 2_000)]
        )
        #expect(node.mempool.earliestValidUntil == nil)
    }

    @Test func theEarliestValidUntilFollowsThoseWhoWait() throws {
        var node = try Node()
        let all = (UInt64(0)..<200).map { node.transaction(from: alice, nonce: $0, validUntil: start + (50_000 - $0)) }
        for transaction in all { _ = node.admit(transaction) }
        // The latest arrivals, which end earliest, settle first.
        for count in stride(from: 190, through: 10, by: -10) {
            _ = try node.settle(Array(all[count..<(count + 10)]))
            #expect(node.mempool.earliestValidUntil == all[count - 1].value.transaction.validUntil)
        }
    }

    /// When the final state covers less than is reserved, the latest arrivals of that payer go, and of no other.
    @Test func leavesWhenItsPayerNoLongerCoversIt() throws {
        var node = try Node(accounts: [(alice, 2_000), (bob, 2_000)])
        let alices = (0..<4).map { node.transaction(from: alice, nonce: $0) }
        let bobs = node.transaction(from: bob, [(alice, 1)])
        for transaction in alices + [bobs] { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        // From elsewhere: Alice spends 600 and a fee of 400, so that 1,000 cover two of her four.
        let dropped = try node.settle([node.transaction(from: alice, [(bob, 600)], nonce: 9)])
        #expect(dropped.map(\.id) == [alices[3], alices[2]].map(\.value.id))
        #expect(
            dropped.map(\.reason) == [
                .refused(.insufficientFunds(balance: Amount(units: 1_000), wanted: Amount(units: 1_604))),
                .refused(.insufficientFunds(balance: Amount(units: 1_000), wanted: Amount(units: 1_203))),
            ]
        )
        #expect(node.mempool.waiting(limit: 9).transactions == [alices[0], alices[1], bobs])
    }

    @Test func staysWhileOnlyAnUnfinalisedBlockHoldsIt() throws {
        var node = try Node()
        let transaction = node.transaction(from: alice)
        _ = node.admit(transaction)
        let path = [try node.child([transaction])]
        #expect(node.selection(after: path).isEmpty)
        #expect(node.mempool.contains(leaf: transaction.value.leaf))
        // On the other branch, which does not hold it, it can be taken.
        #expect(node.selection() == [transaction])
    }

    // MARK: - A full pool

    /// A pool for ten singles of 164 bytes each; no payer may have more than one.
    private func makeFull(ranks: [UInt64]) throws -> (Node, [Verified<IdentifiedTransaction>]) {
        var node = try Node(
            limits: MempoolLimits(byteCountMax: 1_640),
            accounts: (1...40).map { (account($0), 1_000_000) }
        )
        let all = ranks.enumerated().map { node.transaction(from: account(UInt64($0) + 1), maxPrice: $1) }
        for transaction in all { #expect(node.admit(transaction) == .admitted(dropped: [])) }
        return (node, all)
    }

    @Test func theLowestRankGoesFirstAndOfEqualsTheNewest() throws {
        var (node, all) = try makeFull(ranks: [50, 40, 30, 30, 40, 50, 50, 50, 50, 50])
        var gone: [TransactionID] = []
        for number in UInt64(20)..<24 {
            guard case .admitted(let dropped) = node.admit(node.transaction(from: account(number), maxPrice: 60)) else {
                Issue.record("a higher rank always finds room")
                return
            }
            #expect(dropped.allSatisfy { $0.reason == .refused(.busy) })
            gone += dropped.map(\.id)
        }
        #expect(gone == [3, 2, 4, 1].map { all[$0].value.id })
        #expect(node.mempool.count == 10)
    }

    @Test func anEqualRankFindsNoRoom() throws {
        var (node, _) = try makeFull(ranks: Array(repeating: 50, count: 10))
        #expect(node.admit(node.transaction(from: account(20), maxPrice: 50)) == .refused(.busy))
        #expect(node.mempool.count == 10)
    }

    /// Signing more than the cap buys no place.
    @Test func theCapIsTheHighestRank() throws {
        var (node, _) = try makeFull(ranks: Array(repeating: 200, count: 10))
        #expect(node.admit(node.transaction(from: account(20), maxPrice: .max)) == .refused(.busy))
    }

    @Test func whoeverFindsTooLittleRoomDropsNobody() throws {
        var node = try Node(
            limits: MempoolLimits(byteCountMax: 3_280),
            accounts: (1...40).map { (account($0), 1_000_000) }
        )
        for number in UInt64(1)...20 {
            _ = node.admit(node.transaction(from: account(number), maxPrice: number == 1 ? 10 : 50))
        }
        #expect(node.mempool.byteCount == 3_280)
        // 287 bytes need two to go, and only one is cheaper.
        let wide = node.transaction(from: account(30), [(bob, 1), (bob, 1), (bob, 1), (bob, 1)], maxPrice: 40)
        #expect(node.admit(wide) == .refused(.busy))
        #expect(node.mempool.count == 20)
        // The one that was considered can still go for somebody smaller.
        guard case .admitted(let dropped) = node.admit(node.transaction(from: account(31), maxPrice: 40)) else {
            Issue.record("one is cheaper")
            return
        }
        #expect(dropped.count == 1)
    }

    @Test func aPayerHasATenthOfThePool() throws {
        var node = try Node(limits: MempoolLimits(byteCountMax: 3_290))
        #expect(node.admit(node.transaction(from: alice, nonce: 0)) == .admitted(dropped: []))
        #expect(node.admit(node.transaction(from: alice, nonce: 1)) == .admitted(dropped: []))
        #expect(node.admit(node.transaction(from: alice, nonce: 2)) == .refused(.payerQueueFull))
        #expect(node.admit(node.transaction(from: bob, [(alice, 1)], nonce: 2)) == .admitted(dropped: []))
    }
}

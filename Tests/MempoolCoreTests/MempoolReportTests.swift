import LedgerCore
import MempoolCore
import Primitives
import Testing

/// What the pool tells of itself, kept up with every arrival and departure.
struct MempoolReportTests {
    @Test func saysNothingOfAnEmptyPool() throws {
        let report = try Node().mempool.report
        #expect(report.count == 0 && report.byteCount == 0 && report.shares == 0)
        #expect(report.oldestArrival == nil)
        #expect(report.levels.isEmpty)
    }

    @Test func sumsByPriceFromTheHighestLevelDown() throws {
        var node = try Node()
        for (nonce, price) in [127, 128, 255, 200].enumerated() {
            let transaction = node.transaction(from: alice, nonce: UInt64(nonce), maxPrice: UInt64(price))
            #expect(node.admit(transaction) == .admitted(dropped: []))
        }
        let report = node.mempool.report
        #expect(report.levels.map(\.from) == [128, 64])
        #expect(report.levels.map(\.count) == [3, 1])
        #expect(report.levels.map(\.shares) == [6, 2])
        #expect(report.levels.reduce(0) { $0 + $1.byteCount } == report.byteCount)
        #expect(report.byteCount == node.mempool.byteCount && report.count == 4)
    }

    /// The cap is the most that a block takes, whatever was signed.
    @Test func reckonsWithTheCap() throws {
        var node = try Node { $0.priceCap = 255 }
        _ = node.admit(node.transaction(from: alice, maxPrice: 1_000_000))
        #expect(node.mempool.report.levels.map(\.from) == [128])
    }

    @Test func forgetsThoseThatLeave() throws {
        var node = try Node()
        let first = node.transaction(from: alice, nonce: 1)
        let second = node.transaction(from: alice, nonce: 2)
        _ = node.admit(first)
        node.now = node.now + 500
        _ = node.admit(second)
        #expect(node.mempool.report.oldestArrival == start)
        _ = try node.settle([first])
        #expect(node.mempool.report.oldestArrival == start + 500)
        #expect(node.mempool.report.levels.map(\.count) == [1])
        _ = try node.settle([second])
        #expect(node.mempool.report.levels.isEmpty && node.mempool.report.oldestArrival == nil)
    }
}

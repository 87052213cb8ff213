import JSONRPC
import Testing

struct ConnectionTableTests {
    @Test func aClientWithFewConnectionsGetsInHoweverManyOthersHold() {
        var table = ConnectionTable(totalMax: 10, perClientMax: 6)
        for number in 0..<6 { #expect(table.open(UInt64(number), by: "a") == .admitted) }
        for number in 6..<10 { #expect(table.open(UInt64(number), by: "b") == .admitted) }
        #expect(table.open(10, by: "c") == .insteadOf(0), "the oldest of the one with the most")
        #expect(table.open(11, by: "c") == .insteadOf(1))
        #expect(table.open(12, by: "b") == .refused, "b has as many as the others: 4 of 10")
        #expect(table.count == 10)
        #expect([table.count(of: "a"), table.count(of: "b"), table.count(of: "c")] == [4, 4, 2])
    }

    @Test func idleConnectionsGoBeforeBusyOnesAndTheLongestIdleFirst() {
        var table = ConnectionTable(totalMax: 4, perClientMax: 4)
        for number in 0..<4 { _ = table.open(UInt64(number), by: "a") }
        table.set(0, of: "a", isBusy: true)
        table.set(1, of: "a", isBusy: true)
        table.set(1, of: "a", isBusy: false)
        #expect(table.open(4, by: "b") == .insteadOf(2))
        #expect(table.open(5, by: "c") == .insteadOf(3))
        #expect(table.open(6, by: "d") == .insteadOf(1))
        #expect(table.open(7, by: "e") == .refused, "each has one")
        table.close(5, of: "c")
        #expect(table.open(7, by: "e") == .admitted)
    }

    @Test func whenAllAreBusyTheOldestGoes() {
        var table = ConnectionTable(totalMax: 3, perClientMax: 3)
        for number in 0..<3 {
            _ = table.open(UInt64(number), by: "a")
            table.set(UInt64(number), of: "a", isBusy: true)
        }
        #expect(table.open(3, by: "b") == .insteadOf(0))
    }

    @Test func nobodyHasMoreThanTheirShareAndClosingTwiceChangesNothing() {
        var table = ConnectionTable(totalMax: 100, perClientMax: 2)
        #expect(table.open(1, by: "a") == .admitted)
        #expect(table.open(2, by: "a") == .admitted)
        #expect(table.open(3, by: "a") == .refused)
        table.close(2, of: "a")
        table.close(2, of: "a")
        #expect(table.count == 1)
        #expect(table.open(3, by: "a") == .admitted)
    }
}

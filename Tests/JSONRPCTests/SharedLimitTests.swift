import JSONRPC
import Testing

struct SharedLimitTests {
    @Test func oneMayHaveAllOfItAndStillKeepsNobodyOut() {
        var limit = SharedLimit(100)
        func taken(by client: String) -> Int { (0..<200).count { _ in limit.take(1, by: client) } }
        #expect(taken(by: "greedy") == 100)
        #expect(taken(by: "newcomer") == 50, "an even share is half of it")
        #expect(taken(by: "third") == 33)
        #expect(taken(by: "greedy") == 0)
        #expect(limit.total == 183)
    }

    @Test func isNeverExceededTwice() {
        var limit = SharedLimit(100)
        let first = limit.take(100, by: "0")
        let others = (1...400).count { limit.take(1, by: "\($0)") }
        #expect(first && others == 99, "the hundredth has no whole share left")
        #expect(limit.total == 199)
    }

    @Test func whatIsGivenBackCanBeTakenAgain() {
        var limit = SharedLimit(10)
        let answers = [limit.take(10, by: "a"), limit.take(1, by: "a")]
        #expect(answers == [true, false])
        limit.give(10, of: "a")
        limit.give(0, of: "nobody")
        #expect(limit.total == 0)
        let isTaken = limit.take(10, by: "b")
        #expect(isTaken)
    }
}

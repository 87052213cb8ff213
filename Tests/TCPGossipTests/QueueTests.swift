import NIOConcurrencyHelpers
import NIOCore
import Primitives
import TCPGossip
import Testing

/// The bounds on what waits: frames to send, messages to process, strangers, lines in the log.
@Suite struct QueueTests {
    func frame(_ number: UInt8, _ size: Int = 10) -> ByteBuffer {
        ByteBuffer(repeating: number, count: size)
    }

    func drain(_ queue: inout SendQueue) -> [UInt8] {
        var numbers: [UInt8] = []
        while let frame = queue.next() { numbers.append(frame.readableBytesView[0]) }
        return numbers
    }

    @Test func gossipWaitsBehindEverythingElse() {
        var queue = SendQueue(byteCountMax: 100, gossipByteCountMax: 100)
        for (number, isGossip) in [(1, true), (2, false), (3, true), (4, false)] as [(UInt8, Bool)] {
            _ = queue.offer(frame(number), isGossip: isGossip)
        }
        #expect(drain(&queue) == [2, 4, 1, 3])
        #expect(queue.byteCount == 0 && queue.gossipByteCount == 0)
    }

    @Test func onlyTheFirstFrameOfAnEmptyQueueWakes() {
        var queue = SendQueue(byteCountMax: 100, gossipByteCountMax: 100)
        #expect(queue.offer(frame(1), isGossip: true) == .queued(wakes: true))
        #expect(queue.offer(frame(2), isGossip: false) == .queued(wakes: false))
        #expect(drain(&queue) == [2, 1])
        #expect(queue.offer(frame(3), isGossip: false) == .queued(wakes: true))
    }

    @Test func eachKindHasItsOwnBound() {
        var queue = SendQueue(byteCountMax: 25, gossipByteCountMax: 15)
        #expect(queue.offer(frame(1), isGossip: true) != .full)
        #expect(queue.offer(frame(2), isGossip: true) == .full)
        #expect(queue.offer(frame(3), isGossip: false) != .full)
        #expect(queue.offer(frame(4), isGossip: false) != .full)
        #expect(queue.offer(frame(5), isGossip: false) == .full)
        #expect(queue.offer(frame(6, 5), isGossip: false) != .full)
        #expect(drain(&queue) == [3, 4, 6, 1])
    }

    @Test func anEmptyQueueTakesOneFrameOfAnySize() {
        var queue = SendQueue(byteCountMax: 5, gossipByteCountMax: 5)
        #expect(queue.offer(frame(1), isGossip: false) != .full)
        #expect(queue.offer(frame(2, 1), isGossip: false) == .full)
        #expect(queue.offer(frame(3), isGossip: true) != .full)
        #expect(drain(&queue) == [1, 3])
    }

    @Test func theBudgetSaysOnceThatReadingMayGoOn() {
        var budget = ReceiveBudget(limit: 100)
        budget.take(60)
        budget.take(40)
        #expect(!budget.isOver)
        budget.take(1)
        #expect(budget.isOver)
        let answers = [budget.give(1), budget.give(60)]
        #expect(answers == [true, false])
        #expect(!budget.isOver)
    }

    @Test func aCreditIsGivenBackOnceEvenIfItIsDropped() {
        let given = NIOLockedValueBox<[Int]>([])
        do {
            let credit = MessageCredit(byteCount: 3) { count in given.withLockedValue { $0.append(count) } }
            credit.release()
            credit.release()
        }
        #expect(given.withLockedValue { $0 } == [3])
        do { _ = MessageCredit(byteCount: 4) { count in given.withLockedValue { $0.append(count) } } }
        #expect(given.withLockedValue { $0 } == [3, 4])
    }

    @Test func strangersAreCountedByAddressAndInAll() {
        var strangers = Strangers(countMax: 5, countPerAddressMax: 2)
        let answers = ["a", "a", "a", "b", "b", "b", "c", "d"].map { strangers.admit($0) }
        #expect(answers == [true, true, false, true, true, false, true, false])
        strangers.leave("a")
        let later = [strangers.admit("b"), strangers.admit("a")]
        #expect(later == [false, true])
        for address in ["a", "a", "b", "b", "c"] { strangers.leave(address) }
        #expect(strangers.count == 0)
    }

    @Test func aPeerThatStaysDownIsLoggedOnceAMinute() {
        let peer = Member.validator(1).key
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var reports = PeerReports()
        let down = PeerCloseReason.failed("connection refused")
        #expect(reports.problem(down, of: peer, at: start) == 0)
        for second in 1..<60 as Range<Int64> {
            #expect(reports.problem(down, of: peer, at: start + .seconds(second)) == nil)
        }
        #expect(reports.problem(down, of: peer, at: start + .seconds(60)) == 59)
        #expect(reports.problem(.otherNetwork(theirs: .other, ours: .test), of: peer, at: start + .seconds(61)) == 0)
    }

    @Test func strangersShareOneLineASecond() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var reports = PeerReports()
        #expect(reports.problem(.unknownKey(Member.validator(1).key), of: nil, at: start) == 0)
        #expect(reports.problem(.unknownKey(Member.validator(2).key), of: nil, at: start) == nil)
        #expect(reports.problem(.notEd25519, of: nil, at: start + .seconds(1)) == 1)
    }
}

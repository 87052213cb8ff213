import Primitives
import ReplicaCore
import Testing

@Suite struct AllowanceTests {
    private let start = Milliseconds(1_000)

    @Test func grantsItsCapacityAtOnceAndThenOnlyWhatEachMillisecondAdds() {
        var allowance = Allowance(capacity: 10, perSecond: 5, at: start)
        for _ in 0..<10 { #expect(allowance.take(1, at: start) == true) }
        #expect(allowance.take(1, at: start) == false)
        #expect(allowance.take(1, at: start.adding(Milliseconds(0))) == false)
        // The next grant is due at the first thousandth, the one after it 200 ms later.
        #expect(allowance.take(1, at: start.adding(Milliseconds(1))) == true)
        #expect(allowance.take(1, at: start.adding(Milliseconds(200))) == false)
        #expect(allowance.take(1, at: start.adding(Milliseconds(201))) == true)
    }

    @Test func aLargeItemFindsRoomAndItsDebtIsWorkedOff() {
        var allowance = Allowance(capacity: 10, perSecond: 5, at: start)
        #expect(allowance.take(110, at: start) == true)
        #expect(allowance.hasAny(at: start.adding(Milliseconds(20_000))) == false)
        #expect(allowance.hasAny(at: start.adding(Milliseconds(20_001))) == true)
    }

    @Test func neverHoldsMoreThanItsCapacity() {
        var allowance = Allowance(capacity: 3, perSecond: 1_000, at: start)
        let late = Milliseconds(.max)
        for _ in 0..<3 { #expect(allowance.take(1, at: late) == true) }
        #expect(allowance.take(1, at: late) == false)
    }

    /// Two threads may read the clock in one order and spend in the other.
    @Test func aMomentBeforeTheLastOneAddsNothing() {
        var allowance = Allowance(capacity: 1, perSecond: 1, at: start)
        #expect(allowance.take(1, at: start) == true)
        #expect(allowance.take(1, at: .zero) == false)
        #expect(allowance.take(1, at: start) == false)
    }
}

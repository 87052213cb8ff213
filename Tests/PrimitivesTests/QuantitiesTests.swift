import Primitives
import Testing

@Suite struct QuantitiesTests {
    @Test func answersInsteadOfWrapping() {
        let most = Amount(units: .max)
        let one = Amount(units: 1)
        #expect(most.adding(one) == nil)
        #expect(most.adding(.zero) == most)
        #expect(Amount.zero.subtracting(one) == nil)
        #expect(one.subtracting(one) == .zero)
        #expect(most.multiplied(by: 2) == nil)
        #expect(Amount(units: 3).multiplied(by: 4) == Amount(units: 12))
    }

    @Test func clampsTimeAtItsEnds() {
        #expect(Milliseconds(.max).adding(Milliseconds(1)) == Milliseconds(.max))
        #expect(Milliseconds(5).subtracting(Milliseconds(6)) == .zero)
        #expect(Milliseconds(5).adding(Milliseconds(6)) == Milliseconds(11))
        #expect(Milliseconds(6).subtracting(Milliseconds(5)) == Milliseconds(1))
    }

    @Test func countsOn() async {
        #expect(Height(41).next == Height(42))
        #expect(View(1) < View(2))
        await #expect(processExitsWith: .failure) { _ = Epoch(.max).next }
    }
}

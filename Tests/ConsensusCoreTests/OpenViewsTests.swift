import ConsensusCore
import Primitives
import Simulator
import Testing

/// The records of open views, held against a dictionary that is sorted for each question.
@Suite struct OpenViewsTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func answersAsASortedDictionaryWould(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var views = OpenViews()
        var expected: [UInt64: Milliseconds] = [:]
        var forgotten: UInt64 = 0
        for step in 0..<400 as Range<UInt64> {
            let view = forgotten + 1 + generator.next() % 24
            switch generator.next() % 8 {
            case 0:
                forgotten += generator.next() % 4
                views.forget(upTo: View(forgotten))
                expected = expected.filter { $0.key > forgotten }
            default:
                views.change(View(view), validatorCount: 4) { $0.requestedAt = Milliseconds(step) }
                expected[view] = Milliseconds(step)
            }
            let end = forgotten + generator.next() % 30
            let isEven: (borrowing ViewRecord) -> Bool = { $0.requestedAt.map { $0.number.isMultiple(of: 2) } ?? false }
            let even = expected.filter { $0.value.number.isMultiple(of: 2) }.keys
            #expect(views.views.map(\.number) == expected.keys.sorted())
            #expect(views.count == expected.count)
            #expect(views.read(View(end)) { $0.requestedAt } == expected[end])
            #expect(views.last(where: isEven)?.number == even.max())
            #expect(views.last(below: View(end), where: isEven)?.number == even.filter { $0 < end }.max())
            #expect(views.contains(from: View(end), where: isEven) == even.contains { $0 >= end })
        }
    }

    @Test func aChangeIsMadeInPlaceAndLeavesTheRest() {
        var views = OpenViews()
        for view in [5, 3, 4] as [UInt64] { views.change(View(view), validatorCount: 4) { $0.fetched = view == 3 } }
        views.change(View(3), validatorCount: 4) { $0.requestedAt = Milliseconds(9) }
        #expect(views.read(View(3)) { $0.fetched } == true)
        #expect(views.read(View(3)) { $0.requestedAt } == Milliseconds(9))
        #expect(views.read(View(4)) { $0.requestedAt } == nil)
        #expect(views.read(View(6)) { $0.fetched } == nil)
    }
}

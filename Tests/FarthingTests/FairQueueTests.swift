import NodeRuntime
import Testing

struct FairQueueTests {
    @Test func whoeverQueuesAFloodDelaysItself() {
        var queue = FairQueue<String, Int>()
        for number in 0..<1_000 { queue.add(number, of: "flood") }
        queue.add(1, of: "honest")
        queue.add(2, of: "honest")
        #expect((0..<4).map { _ in queue.take() } == [0, 1, 1, 2])
    }

    @Test func keepsTheOrderOfEachSource() {
        var queue = FairQueue<Int, [Int]>()
        var added = [0, 0, 0]
        var taken = [0, 0, 0]
        var random = UInt64(1)
        for _ in 0..<10_000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let source = Int(random >> 60) % 3
            if random >> 40 & 1 == 0 {
                queue.add([source, added[source]], of: source)
                added[source] += 1
            } else if let work = queue.take() {
                #expect(work[1] == taken[work[0]])
                taken[work[0]] += 1
            }
        }
        while let work = queue.take() {
            #expect(work[1] == taken[work[0]])
            taken[work[0]] += 1
        }
        #expect(added == taken)
        #expect(queue.count == 0)
    }

    @Test func nobodyWaitsForMoreThanOnePieceOfEachOther() {
        var queue = FairQueue<Int, Int>()
        for source in 0..<50 { for _ in 0..<20 { queue.add(source, of: source) } }
        for _ in 0..<500 { _ = queue.take() }
        queue.add(99, of: 99)
        let place = (0..<501).first { _ in queue.take() == 99 }
        #expect(place == 50)
    }
}

import Simulator

/// Many worlds, several at once; the sum does not depend on how many.
struct SimulatedRange: Sendable {
    let seeds: ClosedRange<UInt64>
    let jobs: Int
    let scenario: @Sendable (UInt64) -> Scenario

    /// Runs all worlds; says now and then how far it is, and at once when a promise is broken.
    func run() async -> SimulatedSum {
        let began = ContinuousClock.now
        return await withTaskGroup(of: Outcome.self) { group in
            var rest = seeds[...]
            for seed in rest.prefix(jobs) { group.addTask { World.run(scenario(seed)) } }
            rest = rest.dropFirst(jobs)
            var sum = SimulatedSum(seeds: seeds)
            var said = began
            while let outcome = await group.next() {
                if let seed = rest.popFirst() { group.addTask { World.run(scenario(seed)) } }
                if outcome.violation != nil { say(outcome) }
                sum.add(outcome)
                let now = ContinuousClock.now
                if now - said > .seconds(5) {
                    said = now
                    Console.say("\(sum.progress), \((now - began).components.seconds) s")
                }
            }
            sum.seconds = (ContinuousClock.now - began).components.seconds
            return sum
        }
    }

    /// Runs the world again to tell of its last views.
    private func say(_ outcome: Outcome) {
        SimulatedWorldReport(World.run(outcome.scenario, keepsLines: true)).sayLastViews()
        Console.say(outcome.summary)
    }
}

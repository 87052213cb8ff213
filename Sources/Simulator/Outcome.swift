package import Primitives

/// Messages and their bytes, counted once for each receiver.
package struct Traffic: Sendable {
    package internal(set) var messageCount = 0
    package internal(set) var byteCount = 0
}

/// How a run ended.
package struct Outcome: Sendable {
    package let scenario: Scenario
    /// The first promise that was broken; nil when all were kept.
    package let violation: String?
    /// The contradiction that more than f hostile validators brought about, and whom it names.
    package let fork: Fork?
    package let situations: Set<Situation>
    /// SHA-256 over every event.
    package let digest: Hash32
    package let eventCount: Int
    package let finalHeight: Height
    /// Transactions that became final.
    package let settledCount: Int
    package let crashCount: Int
    /// Milliseconds from the last fault until everything valid was final everywhere.
    package let healedAfter: UInt64?
    /// Milliseconds from the last fault until the next block was final somewhere.
    package let progressAfter: UInt64?
    /// The most that any honest node held or sent.
    package let peaks: Peaks
    /// What all nodes sent, from the first block to the last moment of the run.
    package let traffic: Traffic
    /// How many messages of each type honest nodes sent while nothing was to be done.
    package let quietMessages: [UInt8: Int]
    /// One for each thing that happened, when they were asked for.
    package let lines: [String]
    /// Those of the last three views.
    package let lastViews: ArraySlice<String>

    /// One line that names the run, what happened, and how to see it again.
    package var summary: String {
        let what =
            "seed \(scenario.seed): n = \(scenario.validatorCount), \(scenario.adversaryCount) hostile, "
            + "\(eventCount) events, height \(finalHeight), \(settledCount) settled"
        guard let violation else { return "\(what), healed after \(healedAfter ?? 0) ms, digest \(digest)" }
        return "\(what): \(violation) — again: \(scenario.command)"
    }
}

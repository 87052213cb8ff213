import Foundation
import Primitives
import Simulator
import Testing

@Suite struct DeterminismTests {
    /// One of each size, hostile validators among them.
    static let seeds: [UInt64] = [0, 1, 3, 10, 20]

    private static func digests() -> String {
        seeds.map { World.run(Scenario(seed: $0)).digest.hex }.joined(separator: " ")
    }

    @Test func theSameSeedTwiceGivesTheSameTrace() {
        #expect(Self.digests() == Self.digests())
    }

    /// Another process hashes with another key, so whatever a dictionary's order decided would differ there.
    @Test func theSameSeedInAnotherProcessGivesTheSameTrace() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardOutputContent]) {
            print("digests: \(Self.digests())")
        }
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("digests: ") })
        #expect(line == "digests: \(Self.digests())")
    }

    /// The digests that are on record, from whatever machine and build they were recorded with.
    ///
    /// Who changes behaviour on purpose records them anew: `RECORD=1 swift test --filter theRecordedSeedsGiveTheirDigests`.
    @Test func theRecordedSeedsGiveTheirDigests() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appending(path: "Vectors/simulated-worlds.txt")
        let found = (0..<12 as Range<UInt64>).map { "\($0) \(World.run(Scenario(seed: $0)).digest)\n" }.joined()
        if ProcessInfo.processInfo.environment["RECORD"] != nil {
            try Data(found.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == found)
    }

    @Test func anotherSeedGivesAnotherTrace() {
        #expect(World.run(Scenario(seed: 1)).digest != World.run(Scenario(seed: 2)).digest)
    }
}

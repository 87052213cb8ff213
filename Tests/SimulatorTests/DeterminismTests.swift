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

    @Test func anotherSeedGivesAnotherTrace() {
        #expect(World.run(Scenario(seed: 1)).digest != World.run(Scenario(seed: 2)).digest)
    }
}

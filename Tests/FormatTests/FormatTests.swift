import Formats
import Foundation
import Primitives
import Simulator
import Testing

/// Every format holds its promises for the committed corpus, for what changes make of it, and for noise.
///
/// The same checks run under libFuzzer: `Scripts/fuzz`.
@Suite struct FormatTests {
    @Test(arguments: Format.all) func keepsItsPromisesForTheCorpus(_ format: Format) async throws {
        let inputs = try Corpus.inputs(of: format)
        #expect(inputs.count >= format.seeds().count)
        for input in inputs { await Self.expectNoBrokenPromise(format, input.bytes, "\(input.name)") }
    }

    @Test(arguments: Format.all) func acceptsWhatTheEncodersWrite(_ format: Format) async throws {
        var accepted = 0
        for seed in format.seeds() where try await format.run(seed.bytes) == .accepted { accepted += 1 }
        #expect(accepted >= 1, "else no input ever gets past the first check")
    }

    @Test(arguments: Format.all) func keepsItsPromisesForChangedInputs(_ format: Format) async throws {
        let inputs = try Corpus.inputs(of: format).map(\.bytes)
        var generator = SplitMix64(seed: 1)
        for round in 0..<Self.rounds {
            let changed = Change.some(of: inputs, byteCountMax: format.byteCountMax, &generator)
            await Self.expectNoBrokenPromise(format, changed, "round \(round): \(Hex.encode(changed))")
        }
    }

    @Test(arguments: Format.all) func keepsItsPromisesForNoise(_ format: Format) async {
        var generator = SplitMix64(seed: 2)
        for length in 0..<200 {
            let noise = (0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            await Self.expectNoBrokenPromise(format, noise, Hex.encode(noise))
        }
    }

    private static let rounds = 5_000

    private static func expectNoBrokenPromise(_ format: Format, _ bytes: [UInt8], _ what: String) async {
        do throws(BrokenPromise) {
            _ = try await format.run(bytes)
        } catch {
            Issue.record("\(format.name): \(error); \(what)")
        }
    }

    // MARK: - The corpus

    /// `FARTHING_RECORD=1` writes them anew: read the difference before you commit it.
    @Test(arguments: Format.all) func theSeedsAreWhatTheEncodersWrite(_ format: Format) throws {
        for seed in format.seeds() {
            let file = Corpus.folder(of: format).appending(path: seed.name)
            if ProcessInfo.processInfo.environment["FARTHING_RECORD"] == "1" {
                try FileManager.default.createDirectory(
                    at: Corpus.folder(of: format),
                    withIntermediateDirectories: true
                )
                try Data(seed.bytes).write(to: file)
            }
            let committed = try [UInt8](Data(contentsOf: file))
            #expect(committed == seed.bytes, "\(format.name)/\(seed.name) is not what the encoder writes")
        }
    }

    @Test func everyFolderOfTheCorpusIsAFormats() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.folder.path)
        #expect(folders.sorted() == Format.all.map(\.name))
    }

    @Test func theCorpusIsSmall() throws {
        let inputs = try Format.all.flatMap { try Corpus.inputs(of: $0) }
        #expect(inputs.map(\.bytes.count).reduce(0, +) <= 1 << 20)
    }
}

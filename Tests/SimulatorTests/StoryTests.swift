import Foundation
import Simulator
import Testing

/// The transcripts in `Tests/Scenarios/`; `Scripts/record` writes them anew after a change on purpose.
@Suite struct StoryTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scenarios")

    @Test(arguments: Story.allCases) func isToldAsItStandsInTheTranscript(_ story: Story) throws {
        let file = Self.folder.appending(path: "\(story.rawValue).txt")
        let told = story.told()
        if ProcessInfo.processInfo.environment["FARTHING_RECORD"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data(told.utf8).write(to: file)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        for (number, (told, recorded)) in zip(told.split(separator: "\n"), recorded.split(separator: "\n")).enumerated()
        {
            #expect(told == recorded, "line \(number + 1) of \(file.lastPathComponent)")
        }
        #expect(told == recorded)
    }
}

import Foundation
import NodeRuntime
import Testing
import farthing

/// Docs/OPERATING.md says what the code says.
struct OperatingGuideTests {
    @Test func listsEverySettingWithItsVariableAndItsDefault() throws {
        let text = try text()
        let table = ConfigurationKey.guideHead + ConfigurationKey.all(validators: ["NAME"]).map(\.guideRow)
        #expect(text.contains(table.joined(separator: "\n") + "\n\n"), "`farthing config reference` prints it")
    }

    @Test func listsEveryExitCode() throws {
        let found = try rows(startingWith: "| ").filter { Int($0[0]) != nil }
        #expect(found == ExitStatus.allCases.map { ["\($0.rawValue)", $0.meaning] })
    }

    private func text() throws -> String {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("Docs/OPERATING.md"), encoding: .utf8)
    }

    private func rows(startingWith prefix: String) throws -> [[String]] {
        try text()
            .split(separator: "\n")
            .filter { $0.hasPrefix(prefix) }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
    }
}

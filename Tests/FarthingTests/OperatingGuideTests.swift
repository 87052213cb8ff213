import Foundation
import NodeRuntime
import Testing
import farthing

/// Docs/OPERATING.md says what the code says.
struct OperatingGuideTests {
    @Test func listsEverySettingWithItsVariableAndItsDefault() throws {
        let found = try rows(startingWith: "| `")
        let expected = ConfigurationKey.all(validators: ["NAME"])
            .map { key in
                ["`\(key.name)`", "`\(key.environmentName)`", key.standard.map { "`\($0)`" } ?? "none"]
            }
        #expect(Set(found.map { Array($0.prefix(3)) }) == Set(expected))
        #expect(found.count == expected.count)
    }

    @Test func listsEveryExitCode() throws {
        let found = try rows(startingWith: "| ").filter { Int($0[0]) != nil }
        #expect(found == ExitStatus.allCases.map { ["\($0.rawValue)", $0.meaning] })
    }

    private func rows(startingWith prefix: String) throws -> [[String]] {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("Docs/OPERATING.md"), encoding: .utf8)
            .split(separator: "\n")
            .filter { $0.hasPrefix(prefix) }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
    }
}

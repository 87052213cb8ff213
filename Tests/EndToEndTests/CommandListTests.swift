import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    /// README's tables name every command there is, and none that there isn't; each has an abstract in `--help`.
    @Test func theReadmeListsEveryCommand() throws {
        let dumped = try Program.run("--experimental-dump-help")
        let root = try JSONReader(JSON.parse(Array(dumped.output.utf8))).member("command")
        var commands: Set<String> = []
        func visit(_ command: JSONReader, _ path: [String]) throws {
            let children = try command.optionalMember("subcommands")?.elements() ?? []
            let visible = try children.filter { try $0.member("commandName").string() != "help" }
            if visible.isEmpty {
                commands.insert(path.joined(separator: " "))
                #expect(try !command.member("abstract").string().isEmpty, "\(path)")
            }
            for child in visible { try visit(child, path + [try child.member("commandName").string()]) }
        }
        try visit(root, ["farthing"])
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("README.md")
        let tables = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `farthing ") }
        let listed = tables.flatMap { row in row.matches(of: /`(farthing [a-z]+( [a-z]+)?)`/).map { String($0.1) } }
        #expect(Set(listed) == commands)
        #expect(listed.count == commands.count, "each once")
    }
}

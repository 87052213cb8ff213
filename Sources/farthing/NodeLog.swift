import Logging
import NodeRuntime
import Primitives
import StrictJSON

/// A node's log on standard error: a line each, in UTC, as text for people or JSON for programs.
struct NodeLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let format: NodeConfiguration.LogFormat

    init(level: Logger.Level, format: NodeConfiguration.LogFormat) {
        logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { _, own in own }
            .map { (name: $0.key, text: "\($0.value)") }
            .sorted { $0.name < $1.name }
        let time = Timestamp.text(SystemClock.wall)
        switch format {
        case .text:
            let pairs = values.map { " \($0.name)=\(Self.quoted($0.text))" }.joined()
            Console.say("\(time) \(event.level.rawValue) \(Self.oneLine("\(event.message)"))\(pairs)")
        case .json:
            var line: JSONObject = [
                "time": .string(time), "level": .string(event.level.rawValue), "message": .string("\(event.message)"),
            ]
            for value in values where line[value.name] == nil { line.append(value.name, .string(value.text)) }
            Console.say(JSON.object(line).text)
        }
    }

    /// As it is while it is plain, else as a JSON string: a value never looks like another pair or another line.
    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        return isPlain ? text : JSON.string(text).text
    }

    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? JSON.string(text).text : text
    }
}

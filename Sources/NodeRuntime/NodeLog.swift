import ChainCore
package import Logging
import Primitives
import StrictJSON
import UnixSignals

/// A node's log: a line for each event, as text for people or as JSON for programs, in UTC.
///
///     2026-11-22T12:40:11.471Z info peers: peer connected name=node-2
///     {"time":"2026-11-22T12:40:11.471Z","level":"info","label":"peers","message":"peer connected","name":"node-2"}
///
/// Nothing secret is ever handed to it, and no request's body.
package struct NodeLog: Sendable {
    private let levels: LogLevels
    private let format: NodeConfiguration.LogFormat
    private let isColoured: Bool
    private let sink: LogSink

    /// `colour` is what the operator asked for; nil means on a terminal only.
    package init(levels: LogLevels, format: NodeConfiguration.LogFormat, sink: LogSink, colour: Bool? = nil) {
        self.levels = levels
        self.format = format
        self.sink = sink
        isColoured = format == .text && (colour ?? (sink.reader == .terminal))
    }

    package func logger(_ label: LogLabel) -> Logger {
        Logger(label: label.rawValue) { _ in
            NodeLogHandler(
                logLevel: levels.level(of: label),
                label: label,
                format: format,
                isColoured: isColoured,
                sink: sink
            )
        }
    }

    /// Opens the log's file again whenever the process gets SIGHUP, as log rotation asks; returns when cancelled.
    package func reopenOnHangUp() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) {
            if let error = sink.reopen() {
                logger(.node).error("the log's file can't be opened again", metadata: ["reason": "\(error)"])
            } else {
                logger(.node).notice("the log was opened again")
            }
        }
    }
}

private struct NodeLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let label: LogLabel
    let format: NodeConfiguration.LogFormat
    let isColoured: Bool
    let sink: LogSink

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { _, own in own }
            .map { (name: $0.key, text: "\($0.value)") }
            .sorted { $0.name < $1.name }
        sink.write(prefix(event.level) + (format == .text ? text(event, values) : json(event, values)))
    }

    private func text(_ event: LogEvent, _ values: [(name: String, text: String)]) -> String {
        let level = isColoured ? event.level.coloured : event.level.rawValue
        let pairs = values.map { " \($0.name)=\(Self.quoted($0.text))" }.joined()
        let time = sink.reader == .journal ? "" : Timestamp.text(SystemClock.wall) + " "
        return "\(time)\(level) \(label.rawValue): \(Self.oneLine("\(event.message)"))\(pairs)"
    }

    private func json(_ event: LogEvent, _ values: [(name: String, text: String)]) -> String {
        var line: JSONObject = [
            "time": .string(Timestamp.text(SystemClock.wall)), "level": .string(event.level.rawValue),
            "label": .string(label.rawValue), "message": .string("\(event.message)"),
        ]
        for value in values where line[value.name] == nil { line.append(value.name, .string(value.text)) }
        return JSON.object(line).text
    }

    private func prefix(_ level: Logger.Level) -> String { sink.reader == .journal ? "<\(level.priority)>" : "" }

    /// As it is while it is plain, else as a JSON string: a value never looks like another pair or another line.
    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        return isPlain ? text : JSON.string(text).text
    }

    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? JSON.string(text).text : text
    }
}

extension Logger.Level {
    /// As syslog counts (RFC 5424, 6.2.1).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    fileprivate var coloured: String {
        let code =
            switch self {
            case .trace, .debug: "2"
            case .info: "32"
            case .notice: "36"
            case .warning: "33"
            case .error: "31"
            case .critical: "1;31"
            }
        return "\u{1B}[\(code)m\(rawValue)\u{1B}[0m"
    }
}

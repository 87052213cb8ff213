import ArgumentParser
import FoundationEssentials
import NodeRuntime
import StrictJSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything that keeps a node from working, and say what to do about it",
        discussion: """
            Permissions, settings, keys against genesis, the vote log, free space, open files, ports, peers, and the clock against \
            those of --url. Changes nothing; may be asked while the node runs. Ends with 0 when nothing is wrong, else with \
            the code of the first thing that is.
            """
    )

    @OptionGroup
    var home: HomeOption

    @OptionGroup
    var settings: SettingOptions

    @Option(
        help: ArgumentHelp(
            "A node whose clock to compare with; repeatable. The own one is asked anyway",
            valueName: "url"
        )
    )
    var url: [String] = []

    @OptionGroup
    var format: OutputOptions

    func run() async throws {
        let home = try home.path
        var examination = Examination(
            home: home,
            environment: ProcessInfo.processInfo.environment,
            flags: settings.pairs
        )
        await examination.run(urls: url)
        let findings = examination.findings
        if format.json {
            try Console.output(.array(findings.map(\.json)))
        } else {
            for line in findings.flatMap(\.lines) { try Console.output(line) }
        }
        let bad = findings.filter(\.isBad)
        guard let first = bad.first else { return }
        let rest = bad.count == 1 ? "" : ", and \(bad.count - 1) more"
        throw CommandFailure(first.status, "\(first.what): \(first.text)\(rest)")
    }
}

/// What was looked at and how it is.
struct Finding: Sendable {
    enum Verdict: String, Sendable {
        case good
        case warning
        case bad
    }

    let what: String
    let verdict: Verdict
    let text: String
    /// What to do; empty when there is nothing.
    let advice: String
    /// With what the command ends when this is bad.
    let status: ExitStatus

    static func good(_ what: String, _ text: String) -> Finding {
        Finding(what: what, verdict: .good, text: text, advice: "", status: .success)
    }

    static func warning(_ what: String, _ text: String, _ advice: String) -> Finding {
        Finding(what: what, verdict: .warning, text: text, advice: advice, status: .success)
    }

    static func bad(_ what: String, _ text: String, _ advice: String, _ status: ExitStatus) -> Finding {
        Finding(what: what, verdict: .bad, text: text, advice: advice, status: status)
    }

    static func bad(_ what: String, _ failure: CommandFailure) -> Finding {
        bad(what, failure.message, "", failure.status)
    }

    var isBad: Bool { verdict == .bad }

    var json: JSON {
        ["what": .string(what), "verdict": .string(verdict.rawValue), "text": .string(text), "advice": .string(advice)]
    }

    var lines: [String] {
        let mark =
            switch verdict {
            case .good: Console.paint("ok      ", .green)
            case .warning: Console.paint("warning ", .yellow)
            case .bad: Console.paint("wrong   ", .red)
            }
        let head = "\(mark)\(what.padded(to: 12)) \(text)"
        return advice.isEmpty ? [head] : [head, "                     \(advice)"]
    }
}

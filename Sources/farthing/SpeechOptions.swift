import ArgumentParser

/// How much a command says on standard error, and in which colours.
struct SpeechOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say nothing on standard error but why it failed")
    var quiet = false

    @Option(
        name: .customLong("color"),
        help: ArgumentHelp(
            "When to use colour; auto heeds NO_COLOR, CLICOLOR_FORCE and TERM=dumb",
            valueName: "when"
        )
    )
    var colour = ColourChoice.auto

    // The parser calls this once the options are read, and before the command runs.
    func validate() throws { Console.begin(self) }
}

/// The same for a command that prints data.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON value; amounts in base units")
    var json = false

    @OptionGroup
    var speech: SpeechOptions
}

/// When to use colours.
package enum ColourChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto
    case always
    case never

    /// True or false when it is decided whatever is written to; nil: on a terminal only.
    ///
    /// The flag comes before NO_COLOR (no-color.org), that before CLICOLOR_FORCE, that before TERM=dumb.
    package func isForced(_ environment: [String: String]) -> Bool? {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            if environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false {
                false
            } else if environment["CLICOLOR_FORCE"].map({ !$0.isEmpty && $0 != "0" }) ?? false {
                true
            } else {
                environment["TERM"] == "dumb" ? false : nil
            }
        }
    }
}

import FoundationEssentials
import Glibc
import StrictJSON
import Synchronization

/// Data goes to standard output, everything else to standard error.
enum Console {
    // MARK: Data

    /// Writes a line of data.
    static func output(_ line: String) throws(CommandFailure) { try write(line + "\n", to: STDOUT_FILENO) }

    /// Writes a value for a program to read.
    static func output(_ json: JSON) throws(CommandFailure) { try write(json.prettyText, to: STDOUT_FILENO) }

    /// Writes a value on a line of its own, for programs that read line by line.
    static func output(line json: JSON) throws(CommandFailure) { try write(json.text + "\n", to: STDOUT_FILENO) }

    /// Writes data without a line's end of its own.
    static func output(text: String) throws(CommandFailure) { try write(text, to: STDOUT_FILENO) }

    // MARK: Everything else

    /// Tells the person at the terminal something, unless they asked for quiet.
    ///
    /// Whether they can read it changes nothing, so a closed standard error is no failure.
    static func say(_ line: String) { sayRaw(line + "\n") }

    /// The same without a line's end, to overwrite a line with.
    static func sayRaw(_ text: String) {
        guard !settings.withLock({ $0.isQuiet }) else { return }
        ask(text)
    }

    /// Says why a command ended early; quiet or not.
    static func complain(_ failure: CommandFailure) {
        ask(paint("farthing:", .red, isTerminal: isErrorTerminal) + " \(failure.message)\n")
    }

    /// Puts a question; quiet or not.
    static func ask(_ text: String) {
        do { try write(text, to: STDERR_FILENO) } catch {}
    }

    // MARK: Terminals and colour

    /// True when a line on standard error can be written over.
    static var isErrorTerminal: Bool { isTerminal(STDERR_FILENO) }
    /// True when standard output can be drawn anew.
    static var isOutputTerminal: Bool { isTerminal(STDOUT_FILENO) }

    private static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    enum Colour: String {
        case red = "1;31"
        case yellow = "33"
        case green = "32"
    }

    /// The text in a colour where colours are wanted; for standard output unless said otherwise.
    static func paint(_ text: String, _ colour: Colour, isTerminal: Bool = isOutputTerminal) -> String {
        let choice = settings.withLock { $0.colour }
        let isColoured = choice.isForced(ProcessInfo.processInfo.environment) ?? isTerminal
        return isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    private struct Settings {
        var isQuiet = false
        var colour = ColourChoice.auto
    }

    private static let settings = Mutex(Settings())

    /// What the command line asked for; before it nothing is quiet.
    static func begin(_ options: SpeechOptions) {
        settings.withLock { $0 = Settings(isQuiet: options.quiet, colour: options.colour) }
    }

    private static func write(_ text: String, to descriptor: Int32) throws(CommandFailure) {
        Interruption.hold()
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let rest = Array(bytes[written...])
            // SAFETY: `rest` is good for its own length during the call.
            let count = unsafe Glibc.write(descriptor, rest, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFailure(.inputOutput, "cannot write the output: error \(errno)")
            }
            written += count
        }
    }
}

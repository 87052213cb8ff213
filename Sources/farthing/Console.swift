import Glibc
import StrictJSON

/// Data goes to standard output, everything else to standard error.
enum Console {
    /// Writes a line of data.
    static func output(_ line: String) throws(CommandFailure) { try write(line + "\n", to: STDOUT_FILENO) }

    /// Writes a value for a program to read.
    static func output(_ json: JSON) throws(CommandFailure) { try write(json.prettyText, to: STDOUT_FILENO) }

    /// Writes a value on a line of its own, for programs that read line by line.
    static func output(line json: JSON) throws(CommandFailure) { try write(json.text + "\n", to: STDOUT_FILENO) }

    /// Tells the person at the terminal something.
    ///
    /// Whether they can read it changes nothing, so a closed standard error is no failure.
    static func say(_ line: String) { sayRaw(line + "\n") }

    /// The same without a line's end, to overwrite a line with.
    static func sayRaw(_ text: String) {
        do { try write(text, to: STDERR_FILENO) } catch {}
    }

    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: Int32) throws(CommandFailure) {
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

import ArgumentParser
import Cryptography
import FoundationEssentials
import Glibc
import LevelDBStorage
import NodeRuntime
import Synchronization

/// Where a key file's passphrase comes from; never from the command line, which others can read.
struct PassphraseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read the key's passphrase from this file's first line", valueName: "file"))
    var passphraseFile: String?

    /// Reads a private key, asking for its passphrase if it has one.
    func key(at path: String) throws(CommandFailure) -> SigningKey {
        do throws(HomeError) {
            return try Home.key(at: path)
        } catch {
            guard case .key(_, .encrypted) = error else { throw CommandFailure(error) }
        }
        let passphrase = try existing(for: path)
        return try running { () throws(HomeError) in
            try Home.key(at: path, passphrase: passphrase)
        }
    }

    /// The passphrase of a key that there is: file, then environment, then a question.
    func existing(for path: String) throws(CommandFailure) -> String {
        if let given = try given() { return given }
        return try Terminal.secret("Passphrase of \(path): ")
    }

    /// The passphrase for a new key, asked for twice.
    func new(for path: String, besideInput isInputTaken: Bool = false) throws(CommandFailure) -> String {
        if let given = try given() { return given }
        let first = try Terminal.secret("New passphrase for \(path): ", beside: isInputTaken)
        guard try Terminal.secret("Once more: ", beside: isInputTaken) == first else {
            throw CommandFailure(.badInput, "the two passphrases differ: nothing was written")
        }
        guard !first.isEmpty else {
            throw CommandFailure(
                .badInput,
                "the passphrase is empty: nothing was written. --unencrypted means no passphrase"
            )
        }
        return first
    }

    /// Opens a home, asking for the passphrase of its keys if they have one.
    func home(at path: String) throws(CommandFailure) -> Home {
        do throws(HomeError) {
            return try Home(opening: path)
        } catch {
            guard case .key(let file, .encrypted) = error else { throw CommandFailure(error) }
            let text = try existing(for: file)
            return try running { () throws(HomeError) in
                try Home(opening: path, passphrase: text)
            }
        }
    }

    private func given() throws(CommandFailure) -> String? { try Self.given(in: passphraseFile) }

    /// From a file's first line, else from the environment; an empty one is refused, since it protects nothing.
    static func given(in file: String?) throws(CommandFailure) -> String? {
        if let file {
            let bytes = try running { () throws(HomeError) in try Home.secret(at: file) }
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            return try checked(line, of: file)
        }
        return try ProcessInfo.processInfo.environment["FARTHING_PASSPHRASE"]
            .map { (text) throws(CommandFailure) in try checked(text, of: "FARTHING_PASSPHRASE") }
    }

    private static func checked(_ passphrase: String, of origin: String) throws(CommandFailure) -> String {
        guard !passphrase.isEmpty else {
            throw CommandFailure(.badInput, "\(origin): the passphrase is empty. --unencrypted means no passphrase")
        }
        return passphrase
    }
}

/// The person at the terminal.
enum Terminal {
    /// How the terminal was before it stopped showing what is typed; nil while it shows it.
    private static let shown = Mutex<(descriptor: Int32, modes: termios)?>(nil)

    /// Shows what is typed again, if that was left off.
    static func showAgain() {
        shown.withLock { shown in
            // SAFETY: the call reads a struct that lives on the stack.
            if let descriptor = shown?.descriptor, var modes = shown?.modes {
                _ = unsafe tcsetattr(descriptor, TCSAFLUSH, &modes)
            }
            shown = nil
        }
    }

    /// Asks for a line that is not shown while it is typed.
    ///
    /// With `beside` true standard input carries data, and the question goes to the terminal that controls the process.
    static func secret(_ prompt: String, beside isInputTaken: Bool = false) throws(CommandFailure) -> String {
        // SAFETY: the path is a C string for the length of the call.
        let descriptor = isInputTaken ? unsafe open("/dev/tty", O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        defer { if isInputTaken, descriptor >= 0 { _ = close(descriptor) } }
        var modes = termios()
        // SAFETY: the call fills a struct that lives on the stack.
        guard descriptor >= 0, isatty(descriptor) == 1, unsafe tcgetattr(descriptor, &modes) == 0 else {
            throw CommandFailure(
                .configuration,
                "a passphrase is needed and there is no terminal to ask at: give --passphrase-file, or set FARTHING_PASSPHRASE"
            )
        }
        shown.withLock { $0 = (descriptor, modes) }
        defer { showAgain() }
        modes.c_lflag &= ~tcflag_t(ECHO)
        Console.ask(prompt)
        // SAFETY: the call reads a struct that lives on the stack.
        guard unsafe tcsetattr(descriptor, TCSAFLUSH, &modes) == 0 else {
            throw CommandFailure(.inputOutput, "the terminal cannot be kept from showing the passphrase")
        }
        let line = readLine(from: descriptor)
        Console.ask("\n")
        guard let line else { throw CommandFailure(.badInput, "no passphrase was given") }
        return line
    }

    /// A line without its end; nil at the end of the input.
    private static func readLine(from descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            // SAFETY: one byte is read into a variable on the stack.
            let count = unsafe read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
    }
}

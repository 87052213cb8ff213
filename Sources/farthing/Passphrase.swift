import ArgumentParser
import Cryptography
import FoundationEssentials
import Glibc
import LevelDBStorage
import NodeRuntime

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
    func new(for path: String) throws(CommandFailure) -> String {
        if let given = try given() { return given }
        let first = try Terminal.secret("New passphrase for \(path): ")
        guard try Terminal.secret("Once more: ") == first else {
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

    private func given() throws(CommandFailure) -> String? {
        if let file = passphraseFile {
            let bytes = try running { () throws(HomeError) in try Home.secret(at: file) }
            return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
        return ProcessInfo.processInfo.environment["FARTHING_PASSPHRASE"]
    }
}

/// The person at the terminal.
enum Terminal {
    /// Asks for a line that is not shown while it is typed.
    static func secret(_ prompt: String) throws(CommandFailure) -> String {
        var shown = termios()
        // SAFETY: the call fills a struct that lives on the stack.
        guard isatty(STDIN_FILENO) == 1, unsafe tcgetattr(STDIN_FILENO, &shown) == 0 else {
            throw CommandFailure(
                .configuration,
                "a passphrase is needed and there is no terminal to ask at: give --passphrase-file, or set FARTHING_PASSPHRASE"
            )
        }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        Console.sayRaw(prompt)
        // SAFETY: both calls read a struct that lives on the stack.
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else {
            throw CommandFailure(.inputOutput, "the terminal cannot be kept from showing the passphrase")
        }
        let line = readLine(strippingNewline: true)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
        Console.say("")
        guard let line else { throw CommandFailure(.badInput, "no passphrase was given") }
        return line
    }
}

import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import RPCClient

// Typed errors become sentences here and nowhere else: what, where, and what to do next.

extension CommandFailure {
    init(_ error: FileError) { self.init(.inputOutput, "\(error)") }

    init(_ error: HomeError) {
        switch error {
        case .missing(let path):
            self.init(.configuration, "\(path) is not there. `farthing network create` makes homes with all they need")
        case .file(let error):
            self.init(error)
        case .genesis(let path, let error):
            self.init(.badInput, Self.sentence(path: path, error))
        case .tooOpen(let path, let mode):
            self.init(
                .configuration,
                "\(path) may be used by others than its owner (mode \(String(mode, radix: 8))). Run: chmod go= \(path)"
            )
        case .key(let path, let error):
            self.init(.configuration, "\(path) \(Self.sentence(error))")
        case .notAValidator(let path, let key):
            self.init(
                .configuration,
                "\(path): genesis lists no validator with this key (\(key)). Is the home from another network?"
            )
        case .otherNodeKey(let path, let found, let wanted), .otherNoteKey(let path, let found, let wanted):
            self.init(
                .configuration,
                "\(path): this is the key \(found), but genesis lists \(wanted) for this validator"
            )
        case .validatorKeyMissing(let path):
            self.init(
                .configuration,
                "\(path) is not there, but the home is a validator's, by its vote log or its node key: restore the key. A "
                    + "follower needs a home of its own, from `farthing node init --follower`"
            )
        }
    }

    init(_ error: GenesisError, path: String) { self.init(.badInput, Self.sentence(path: path, error)) }

    private static func sentence(path: String, _ error: GenesisError) -> String {
        error.path.isEmpty ? "\(path): \(error.reason)" : "\(path): \(error.path): \(error.reason)"
    }

    static func sentence(_ error: KeyFileError) -> String {
        switch error {
        case .notPEM: "is no key file: it should begin with -----BEGIN PRIVATE KEY-----"
        case .otherLabel(let label): "holds a \(label), not a private key"
        case .encrypted: "is encrypted: give --passphrase-file, or set FARTHING_PASSPHRASE"
        case .wrongPassphrase: "does not open with this passphrase, or its encrypted part is damaged"
        case .otherAlgorithm(let name): "holds a key for \(name), not for Ed25519"
        case .damaged: "is damaged: restore it from a backup"
        case .moreThanOneKey: "holds more than one key"
        }
    }

    init(_ error: ConfigurationError) {
        let sentence: String =
            switch error {
            case .file(let error): "\(error)"
            case .malformed(let path, let reason): "\(path): \(reason)"
            case .setTwice(let key, let origin): "\(origin.sentence): \(key) is set twice"
            case .unknown(let key, let origin, let nearest):
                "\(origin.sentence): there is no setting \(key)" + (nearest.map { ". Did you mean \($0)?" } ?? "")
            case .missing(let key, let path, let wanted): "\(path): \(key) is missing; it should be \(wanted)"
            case .malformedValue(let key, let value, let origin, let wanted):
                "\(origin.sentence): \(key) is \"\(value)\", but should be \(wanted)"
            }
        self.init(.configuration, sentence)
    }

    /// `home` is the directory as the caller knows it, for the command that helps.
    init(_ error: StorageError, home: String = "DIR") {
        let refetch = Self.refetch(home)
        switch error {
        case .noHome(let path):
            self.init(.configuration, "\(path) is no node's home: there is no file `format` in it")
        case .homeExists(let path):
            self.init(.configuration, "\(path) is a node's home already: choose another directory")
        case .otherNetwork(let found, let wanted):
            self.init(
                .configuration,
                "this home belongs to the network \(found), but its genesis.json is that of \(wanted)"
            )
        case .otherFormat(let found, let wanted):
            self.init(
                .configuration,
                "this home is written in another format (\(found.shown)); this program reads and writes \(wanted.shown)"
            )
        case .locked(let path):
            self.init(.tryAgain, "another process works on \(path): stop it first")
        case .noData(let path):
            self.init(.incomplete, "\(path) has no chain in it. \(refetch)")
        case .cannotOpen(let path, let reason):
            self.init(.damaged, "the stored chain is damaged: \(path) can't be opened: \(reason). \(refetch)")
        case .cannotRead(let key, let reason):
            self.init(.damaged, "the stored chain is damaged: \(key) can't be read: \(reason). \(refetch)")
        case .damaged(let damage):
            self.init(.damaged, "the stored chain is damaged: \(damage). \(refetch)")
        case .diskFailed(let path, let reason):
            self.init(.inputOutput, "the system refuses to open or read \(path): \(reason). \(Self.repair(home))")
        case .cannotWrite(let path, let reason):
            self.init(.inputOutput, "cannot write to \(path): \(reason). \(Self.repair(home))")
        case .poisoned(let path):
            self.init(
                .inputOutput,
                "an earlier write to \(path) failed, so nothing more is written. \(Self.repair(home))"
            )
        case .file(let error):
            self.init(.inputOutput, "\(error). \(Self.repair(home))")
        }
    }

    /// What helps a node whose chain is damaged or gone (spec 3.7(3)).
    private static func refetch(_ home: String) -> String {
        "Run: farthing node refetch --home \(home). It sets `data` aside, and the peers fill a new one; "
            + "a network of one validator needs a backup of `data` instead"
    }

    /// What helps when the system refused a read or a write.
    private static func repair(_ home: String) -> String {
        "Is the disk full, read-only or failing? What was reported final is on it. Put that right, then run: "
            + "farthing node start --home \(home)"
    }

    init(_ error: VoteLogError, home: String = "DIR") {
        switch error {
        case .file(let error): self.init(.inputOutput, "the vote log: \(error). \(Self.repair(home))")
        case .poisoned:
            self.init(.inputOutput, "the vote log: an earlier write failed, so nothing is signed. \(Self.repair(home))")
        case .locked(let path): self.init(.tryAgain, "another process works on \(path): stop it first")
        case .alreadyThere(let path): self.init(.configuration, "\(path) is there already")
        case .missing, .damaged, .notAValidator, .otherEpoch, .refused:
            self.init(.broken, "the vote log: \(error.sentence)")
        }
    }

    init(_ error: RPCClientError) {
        switch error {
        case .addressInvalid: self.init(.usage, "\(error)")
        case .unreachable, .timedOut: self.init(.unreachable, "\(error). Is the node running, and is --url right?")
        case .http, .malformed: self.init(.unreachable, "\(error). Is this a farthing node?")
        case .refused(let answer):
            let status: ExitStatus =
                answer.isRetryable ? .tryAgain : answer.code == Self.invalidParams ? .badInput : .refused
            self.init(status, "the node says: \(answer.message.fitForTerminal)")
        }
    }

    /// JSON-RPC 2.0, 5.1.
    private static let invalidParams = -32_602

    init(_ error: Bech32mError, text: String, prefix: String) {
        let reason: String =
            switch error {
            case .tooLong(let count): "it has \(count) characters, which is too many"
            case .unexpectedCharacter(let byte, let place):
                "there is a wrong character at place \(place + 1): \(Character(Unicode.Scalar(byte)).debugDescription)"
            case .noSeparator, .emptyPrefix, .tooShort: "it is not whole"
            case .wrongChecksum: "there is a mistake in it: the checksum does not match"
            case .wrongPrefix(let found, let wanted):
                "it begins with \(found)1, but accounts of this network begin with \(wanted)1"
            case .paddingNotZero, .wrongLength: "it is not the 32 bytes of an account"
            }
        self.init(.badInput, "\(text) is no account: \(reason)")
    }
}

extension ConfigurationOrigin {
    fileprivate var sentence: String {
        switch self {
        case .flag: "the command line"
        case .environment: "the environment"
        case .file(let path): path
        case .standard: "the defaults"
        }
    }
}

extension String {
    /// Without the line feed that ends it, for a sentence.
    fileprivate var shown: Substring { prefix { $0 != "\n" } }
}

package import ConsensusCore
package import Cryptography
package import LedgerCore
package import LevelDBStorage
package import Primitives

/// Why a node can't work in a directory: which file, and what is wrong with it.
package enum HomeError: Error, Equatable, Sendable {
    /// The directory, or a file that every home has, is not there.
    case missing(path: String)
    case file(FileError)
    case genesis(path: String, GenesisError)
    /// Others than the owner may read or write a secret file; `mode` holds the permission bits.
    case tooOpen(path: String, mode: UInt32)
    case key(path: String, KeyFileError)
    /// The key votes for nobody: genesis lists no such validator.
    case notAValidator(path: String, key: PublicKey)
    /// Genesis lists another node key for this validator.
    case otherNodeKey(path: String, found: PublicKey, wanted: PublicKey)
    /// Genesis lists another note key for this validator.
    case otherNoteKey(path: String, found: PublicKey, wanted: PublicKey)
    /// What is there makes this a validator's home, by a vote log or by its node key, and the key that votes is not there.
    case validatorKeyMissing(path: String)
}

/// A node's directory as it is read at start: the network's genesis and the node's keys (4-interfaces 4.4).
///
///     config.yaml          settings
///     genesis.json         the network
///     keys/                0700; PKCS#8 files of mode 0600: validator, node, note, payout; of a follower node alone
///     data/ format lock    the store's
///     votes.a votes.b      the vote log
///     ballast              takes up room, to be deleted when the disk is full
///
/// Without a key that votes it is a follower's.
package struct Home: Sendable {
    package let path: String
    package let genesis: Genesis
    /// Signs votes; nil for a follower.
    package let validatorKey: SigningKey?
    /// Identifies the node to its peers.
    package let nodeKey: SigningKey
    /// Signs checkpoints; nil for a follower, and for a validator whose note key is kept elsewhere.
    package let noteKey: SigningKey?
    /// Who this node is in genesis; nil for a follower.
    package let validator: Validator?

    /// What logs call this node.
    package var name: String { validator?.name ?? "follower" }
    package var electorate: Electorate {
        Electorate(network: genesis.networkID, epoch: .zero, validators: ValidatorSet(genesis.validators))
    }
    package var configurationPath: String { Self.configurationPath(path) }

    /// Reads and checks genesis and keys.
    ///
    /// Opens no database and takes no lock. One passphrase opens all encrypted keys.
    package init(opening path: String, passphrase: String? = nil) throws(HomeError) {
        self.path = path
        genesis = try Self.genesis(at: Self.genesisPath(path))
        try Self.checkFolder(Self.keysPath(path))
        let votingPath = Self.keyPath(path, .validator)
        guard try Self.exists(votingPath) else {
            nodeKey = try Self.key(at: Self.keyPath(path, .node), passphrase: passphrase)
            let node = nodeKey.publicKey
            let (hasA, hasB) = (try Self.exists(path + "/votes.a"), try Self.exists(path + "/votes.b"))
            // A validator whose key is lost must not turn into a follower unnoticed.
            guard !hasA, !hasB, !genesis.validators.contains(where: { $0.nodeKey == node }) else {
                throw .validatorKeyMissing(path: votingPath)
            }
            (validatorKey, noteKey, validator) = (nil, nil, nil)
            return
        }
        let validatorKey = try Self.key(at: votingPath, passphrase: passphrase)
        let nodeKey = try Self.key(at: Self.keyPath(path, .node), passphrase: passphrase)
        let key = validatorKey.publicKey
        guard let validator = genesis.validators.first(where: { $0.consensusKey == key }) else {
            throw .notAValidator(path: votingPath, key: key)
        }
        guard validator.nodeKey == nodeKey.publicKey else {
            let found = nodeKey.publicKey
            throw .otherNodeKey(path: Self.keyPath(path, .node), found: found, wanted: validator.nodeKey)
        }
        let notePath = Self.keyPath(path, .note)
        let noteKey = try Self.exists(notePath) ? try Self.key(at: notePath, passphrase: passphrase) : nil
        if let found = noteKey?.publicKey, found != validator.noteKey {
            throw .otherNoteKey(path: notePath, found: found, wanted: validator.noteKey)
        }
        (self.validatorKey, self.nodeKey, self.noteKey, self.validator) = (validatorKey, nodeKey, noteKey, validator)
    }
}

// MARK: - What lies where

extension Home {
    /// What a key of a validator is for; the case is the name of its file.
    package enum KeyRole: String, CaseIterable, Sendable {
        case validator
        case node
        case note
        case payout
    }

    package static func configurationPath(_ home: String) -> String { home + "/config.yaml" }
    /// Room set aside for the day on which the disk is full; nobody reads it.
    package static func ballastPath(_ home: String) -> String { home + "/ballast" }
    package static func genesisPath(_ home: String) -> String { home + "/genesis.json" }
    package static func keysPath(_ home: String) -> String { home + "/keys" }
    package static func keyPath(_ home: String, _ role: KeyRole) -> String { "\(keysPath(home))/\(role.rawValue).pem" }

    package static func genesis(at path: String) throws(HomeError) -> Genesis {
        let text = try read(path)
        do throws(GenesisError) { return try Genesis(json: text) } catch { throw .genesis(path: path, error) }
    }

    /// Reads a private key that only its owner may read.
    package static func key(at path: String, passphrase: String? = nil) throws(HomeError) -> SigningKey {
        try checkMode(of: path, forbidden: 0o177)
        let text = String(decoding: try read(path), as: UTF8.self)
        do throws(KeyFileError) {
            return try KeyFile.read(pem: text, passphrase: passphrase)
        } catch {
            throw .key(path: path, error)
        }
    }

    /// Bytes that only their owner may read, such as the seed of a load generator.
    package static func secret(at path: String) throws(HomeError) -> [UInt8] {
        try checkMode(of: path, forbidden: 0o177)
        return try read(path)
    }

    private static func checkFolder(_ path: String) throws(HomeError) { try checkMode(of: path, forbidden: 0o077) }

    private static func checkMode(of path: String, forbidden: UInt32) throws(HomeError) {
        try checkExists(path)
        let mode: UInt32
        do throws(FileError) { mode = try PosixPath.mode(of: path) } catch { throw .file(error) }
        guard mode & forbidden == 0 else { throw .tooOpen(path: path, mode: mode) }
    }

    private static func read(_ path: String) throws(HomeError) -> [UInt8] {
        try checkExists(path)
        do throws(FileError) { return try PosixPath.read(path) } catch { throw .file(error) }
    }

    private static func checkExists(_ path: String) throws(HomeError) {
        guard try exists(path) else { throw .missing(path: path) }
    }

    private static func exists(_ path: String) throws(HomeError) -> Bool {
        do throws(FileError) { return try PosixPath.exists(path) } catch { throw .file(error) }
    }
}

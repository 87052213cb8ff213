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
}

/// A validator's directory as a node reads it at start: the network's genesis and the node's keys (4-interfaces 4.4).
///
///     config.yaml          settings
///     genesis.json         the network
///     keys/                0700; PKCS#8 files of mode 0600: validator, node, note, payout
///     data/ format lock    the store's
///     votes.a votes.b      the vote log
///     ballast              takes up room, to be deleted when the disk is full
package struct Home: Sendable {
    package let path: String
    package let genesis: Genesis
    /// Signs votes.
    package let validatorKey: SigningKey
    /// Identifies the node to its peers.
    package let nodeKey: SigningKey
    /// This node's place among genesis's validators.
    package let index: Int

    package var validator: Validator { genesis.validators[index] }
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
        validatorKey = try Self.key(at: Self.keyPath(path, .validator), passphrase: passphrase)
        nodeKey = try Self.key(at: Self.keyPath(path, .node), passphrase: passphrase)
        let (validator, node) = (validatorKey.publicKey, nodeKey.publicKey)
        guard let index = genesis.validators.firstIndex(where: { $0.consensusKey == validator }) else {
            throw .notAValidator(path: Self.keyPath(path, .validator), key: validator)
        }
        guard genesis.validators[index].nodeKey == node else {
            let wanted = genesis.validators[index].nodeKey
            throw .otherNodeKey(path: Self.keyPath(path, .node), found: node, wanted: wanted)
        }
        self.index = index
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
        let exists: Bool
        do throws(FileError) { exists = try PosixPath.exists(path) } catch { throw .file(error) }
        guard exists else { throw .missing(path: path) }
    }
}

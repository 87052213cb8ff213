package import ChainCore
package import ConsensusCore
package import Primitives

// What `verify` reads beside blocks: entries as they lie there, and what waits above the final view.

extension ChainStore {
    /// A final block and the record that points to it.
    ///
    /// For heights from 1 to the tip's; a missing record is damage.
    package func auditedBlock(
        at height: Height
    ) throws(StorageError) -> (record: StoredBlock, block: JustifiedBlock) {
        let record = try storedBlock(at: height)
        return (record, try justifiedBlock(record).block)
    }

    /// The value under a key, not checked; nil when there is none.
    package func storedValue(under key: StoreKey) throws(StorageError) -> [UInt8]? {
        switch key.space {
        case .bodies, .certificates, .nullifications: try bodies.value(key.bytes)
        case .touches, .evidence, .blocks, .logNodes, .marks, .accounts, .settlements, .replay, .heights:
            try chain.value(key.bytes)
        }
    }

    /// Every certificate in the bodies database with its key; some may lie below the final view, since they are dropped late.
    package func waitingCertificates() throws(StorageError) -> [(key: StoreKey, certificate: Certificate)] {
        var found: [(key: StoreKey, certificate: Certificate)] = []
        for space in [StoreKey.Space.certificates, .nullifications] {
            let (lower, upper) = space.bounds
            try bodies.forEach(from: lower, to: upper) { (bytes, value) throws(StorageError) in
                let key = try Self.key(bytes)
                let certificate: Certificate = try Self.open(value, under: key)
                found.append((key, certificate))
                return true
            }
        }
        return found
    }
}

/// What lies in both files of a home's vote log, read without locking or changing them, so a node may be running.
package struct VoteLogFiles: Sendable {
    /// Nil when there is no log: the node does not vote.
    private let bytes: (a: [UInt8], b: [UInt8])?

    package init(home: String) throws(VoteLogError) {
        guard try VoteLog.exists(home: home) else {
            bytes = nil
            return
        }
        let (pathA, pathB) = VoteLogMirrors.paths(home)
        bytes = try VoteLogMirrors.wrapping { () throws(FileError) in
            let a = try PosixPath.exists(pathA) ? try PosixPath.read(pathA) : []
            let b = try PosixPath.exists(pathB) ? try PosixPath.read(pathB) : []
            return (a, b)
        }
    }

    /// What the log holds; nil when there is none.
    package func book(network: NetworkID, key: PublicKey) throws(VoteLogError) -> VoteBook? {
        guard let bytes else { return nil }
        return try VoteLogMirrors.judge(a: bytes.a, b: bytes.b, network: network, key: key).book
    }
}

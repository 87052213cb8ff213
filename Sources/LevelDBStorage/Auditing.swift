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

extension VoteLog {
    /// What a home's vote log holds; locks nothing and changes nothing, so a node may be running.
    ///
    /// Nil when there is no log: the node does not vote.
    package static func book(home: String, network: NetworkID, key: PublicKey) throws(VoteLogError) -> VoteBook? {
        guard try exists(home: home) else { return nil }
        return try VoteLogMirrors.read(home: home, network: network, key: key).book
    }
}

import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import VerifierCore

/// A block read from a store, with its signatures looked at; made on any thread.
struct ReadBlock: Sendable {
    let height: Height
    let content: Result<(record: StoredBlock, checked: CheckedBlock), StorageError>

    init(_ height: Height, of store: ChainStore, electorate: Electorate) {
        self.height = height
        do throws(StorageError) {
            let (record, block) = try store.auditedBlock(at: height)
            content = .success((record, CheckedBlock(block, electorate: electorate, scheme: StrictEd25519())))
        } catch {
            content = .failure(error)
        }
    }
}

/// The part of a verification that takes one block after another: the rules, then the store's entries.
struct Recomputation {
    private(set) var verifier: Verifier
    private(set) var audit: StoreAudit

    init(_ store: ChainStore, genesis: Genesis, loose: [Verified<Certificate>]) throws(AuditStop) {
        let verifier = Verifier(genesis: genesis, loose: loose)
        let accounts = try Self.accounts(of: store)
        let snapshot = try Self.snapshot(of: store)
        audit = try judging { () throws(Violation) in
            try StoreAudit(genesis: verifier.ledger, accounts: accounts, snapshot: snapshot)
        }
        self.verifier = verifier
    }

    mutating func take(_ block: ReadBlock, _ store: ChainStore) throws(AuditStop) {
        let (record, checked) = try reading { () throws(StorageError) in try block.content.get() }
        let delta = try judging { () throws(Violation) in try verifier.check(checked) }
        let final = FinalBlock(block: checked.item, bodyView: record.bodyView, delta: delta)
        let expected = audit.expectedEntries(of: final)
        let found = try reading { () throws(StorageError) in
            var found: [[UInt8]?] = []
            found.reserveCapacity(expected.count)
            for entry in expected { found.append(try store.storedValue(under: entry.key)) }
            return found
        }
        try judging { () throws(Violation) in try audit.take(final, expected: expected, found: found) }
    }

    /// What belongs to no block: the marks, and that nothing else lies in the store.
    mutating func finish(_ store: ChainStore) throws(AuditStop) {
        var marks: [StoreEntry] = []
        var counts: [StoreKey.Space: UInt64] = [:]
        try reading { () throws(StorageError) in
            try store.forEachEntry { (key, value) throws(StorageError) in
                counts[key.space, default: 0] += 1
                if key.space == .marks { marks.append(StoreEntry(key: key, value: value)) }
                return true
            }
        }
        let all = StoreKey.Space.allCases.map { (space: $0, entries: counts[$0, default: 0]) }
        try judging { () throws(Violation) in try audit.finish(verifier, marks: marks, counts: all) }
    }

    /// Every account's entry, in the order of the numbers; a gap is a missing entry.
    private static func accounts(of store: ChainStore) throws(AuditStop) -> [StoredAccount] {
        try reading { () throws(StorageError) in
            var accounts: [StoredAccount] = []
            try store.forEachEntry(in: .accounts) { (key, value) throws(StorageError) in
                let next = StoreKey.account(AccountNumber(UInt32(accounts.count)))
                guard key == next else { throw .damaged(StoreDamage(next, "missing")) }
                accounts.append(try open(StoredAccount.self, value, under: key))
                return true
            }
            return accounts
        }
    }

    private static func snapshot(of store: ChainStore) throws(AuditStop) -> Height {
        try reading { () throws(StorageError) in
            guard let value = try store.storedValue(under: .snapshot) else {
                throw .damaged(StoreDamage(.snapshot, "missing"))
            }
            return try open(StoredHeight.self, value, under: .snapshot).height
        }
    }
}

/// What waits beside the chain: certificates above the final view, and evidence.
struct WaitingFacts {
    /// Each holds, or it would be damage.
    let certificates: [Verified<Certificate>]

    init(_ store: ChainStore, electorate: Electorate) throws(AuditStop) {
        let scheme = StrictEd25519()
        certificates = try reading { () throws(StorageError) in
            for evidence in try store.evidence() where Verified.check(evidence, in: electorate, by: scheme) == nil {
                let key = StoreKey.evidence(epoch: evidence.epoch, signer: evidence.signer)
                throw .damaged(StoreDamage(key, "a signature is not valid"))
            }
            var certificates: [Verified<Certificate>] = []
            for (key, certificate) in try store.waitingCertificates() {
                guard let verified = Verified.check(certificate, in: electorate, by: scheme) else {
                    throw .damaged(StoreDamage(key, "a signature is not valid"))
                }
                certificates.append(verified)
            }
            return certificates
        }
    }
}

// MARK: - Errors

/// Why a recomputation ends early.
enum AuditStop: Error {
    case violation(Violation)
    case storage(StorageError)

    /// What the auditor is told; damage on disk is told for `height`.
    ///
    /// Rethrows what is no statement about the chain.
    func violation(at height: Height) throws(StorageError) -> Violation {
        switch self {
        case .violation(let violation): return violation
        case .storage(let error):
            guard let damage = error.damage else { throw error }
            return Violation(height: height, finding: .entry(.damaged(damage)))
        }
    }
}

extension StorageError {
    /// What the disk did wrong, if that is what this error says.
    var damage: StoreDamage? {
        switch self {
        case .damaged(let damage): damage
        case .cannotRead(let key, let reason):
            StoreDamage(key: Hex.decode(key).flatMap { StoreKey(bytes: $0)?.description } ?? key, what: reason)
        // The directory's name is enough: the copy's path would make two reports of one damage differ.
        case .cannotOpen(let path, let reason):
            StoreDamage(key: "data/" + (path.split(separator: "/").last ?? ""), what: reason)
        case .noHome, .homeExists, .otherNetwork, .otherFormat, .locked, .noData, .diskFailed, .cannotWrite, .poisoned,
            .file:
            nil
        }
    }
}

private func reading<Answer>(_ body: () throws(StorageError) -> Answer) throws(AuditStop) -> Answer {
    do { return try body() } catch { throw .storage(error) }
}

private func judging<Answer>(_ body: () throws(Violation) -> Answer) throws(AuditStop) -> Answer {
    do { return try body() } catch { throw .violation(error) }
}

private func open<Value: WireCodable>(
    _ type: Value.Type,
    _ value: [UInt8],
    under key: StoreKey
) throws(StorageError) -> Value {
    do { return try StoreValue.open(Value.self, value, under: key) } catch { throw .damaged(error) }
}

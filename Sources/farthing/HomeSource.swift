package import ChainCore
package import ConsensusCore
package import Cryptography
import LedgerCore
package import LevelDBStorage
package import Primitives
import Synchronization
package import VerifierCore

/// A home's chain, and everything else that its store holds.
package struct HomeSource: ChainSource {
    private let store: ChainStore
    private let votes: VoteLogFacts?
    /// Nil until the work has begun.
    private var audit: StoreAudit?
    /// Drawn after the copy was made, so that nothing in it was chosen by it.
    private let secret = Hash32.random()
    private let survey: StoreSurvey
    private var nextHeight = Height.zero.next
    private let input: ReportInput

    /// Opens the copy of a home; answers it with the certificates that wait in it.
    ///
    /// `verifier` stands at block 0.
    package static func open(
        _ home: CopiedHome,
        _ verifier: Verifier
    ) throws(SourceStop) -> (source: HomeSource, loose: [Verified<Certificate>]) {
        let votes: VoteLogFacts?
        do throws(VerificationFailure) {
            votes = try VoteLogFacts(home.voteLog, genesis: verifier.genesis)
        } catch {
            throw .failure(error)
        }
        let (store, inventory) = try reading { () throws(StorageError) in
            (try home.store(of: verifier.genesis), try home.inventory)
        }
        let waiting = try WaitingFacts(store, electorate: verifier.electorate)
        return (HomeSource(store, votes, inventory), waiting.certificates)
    }

    private init(_ store: ChainStore, _ votes: VoteLogFacts?, _ inventory: HomeInventory) {
        self.store = store
        self.votes = votes
        input = ReportInput(inventory)
        survey = StoreSurvey(of: store, secret: secret)
    }

    package var sideWork: @Sendable () -> Void { survey.work }

    package mutating func begin(_ verifier: Verifier) throws(SourceStop) {
        let accounts = try Self.accounts(of: store)
        let snapshot = try Self.snapshot(of: store)
        audit = try judging { () throws(Violation) in
            try StoreAudit(genesis: verifier.ledger, accounts: accounts, snapshot: snapshot, secret: secret)
        }
    }

    package var last: Height { store.tip.height }
    package var tally: StoreTally? { audit?.tally }
    package func inputs(through height: Height) -> [ReportInput] { [input] }

    /// A block of a store, by its height.
    package struct Unopened: UnopenedBlock {
        package let height: Height
        fileprivate let store: ChainStore

        package func open() throws(SourceStop) -> OpenedBlock {
            try reading { () throws(StorageError) in
                let (record, block) = try store.auditedBlock(at: height)
                return OpenedBlock(block: block, bodyView: record.bodyView)
            }
        }
    }

    package mutating func next() -> Unopened? {
        guard nextHeight <= last else { return nil }
        defer { nextHeight = nextHeight.next }
        return Unopened(height: nextHeight, store: store)
    }

    package mutating func compare(_ block: FinalBlock) throws(SourceStop) {
        let expected = begunAudit.expectedEntries(of: block)
        let found = try found(expected)
        try judging { () throws(Violation) in try audit?.take(block, expected: expected, found: found) }
    }

    private var begunAudit: StoreAudit {
        guard let audit else { preconditionFailure("a verification begins before it compares") }
        return audit
    }

    /// The settlements, the marks, and that nothing else lies in the store.
    package mutating func finish(_ verifier: Verifier) throws(SourceStop) -> [Gap] {
        let contents = try reading { () throws(StorageError) in try survey.contents() }
        let settlements = contents.settlements
        if !begunAudit.holds(settlements: settlements) { try compareSettlements(upTo: verifier.header.height) }
        let counts = StoreKey.Space.allCases.map { (space: $0, entries: contents.counts[$0, default: 0]) }
        try judging { () throws(Violation) in
            try audit?.finish(verifier, marks: contents.marks, counts: counts, settlements: settlements)
        }
        return try reading { () throws(StorageError) in try votes?.gaps(tip: store.tip, store: store) ?? [] }
    }

    /// Looks each one up; if all are as they must be, there are more, and their count says so.
    private func compareSettlements(upTo last: Height) throws(SourceStop) {
        var height = Height.zero
        while height < last {
            height = height.next
            let block = try reading { () throws(StorageError) in try store.auditedBlock(at: height).block.block }
            let expected = StoreEntries.settlements(of: block)
            let found = try found(expected)
            try judging { () throws(Violation) in
                try begunAudit.compareSettlements(expected, found: found, at: height)
            }
        }
    }

    /// What the store holds under each key.
    private func found(_ expected: [StoreEntry]) throws(SourceStop) -> [[UInt8]?] {
        try reading { () throws(StorageError) in
            var found: [[UInt8]?] = []
            found.reserveCapacity(expected.count)
            for entry in expected { found.append(try store.storedValue(under: entry.key)) }
            return found
        }
    }

    /// Every account's entry, in the order of the numbers; a gap is a missing entry.
    private static func accounts(of store: ChainStore) throws(SourceStop) -> [StoredAccount] {
        try reading { () throws(StorageError) in
            var accounts: [StoredAccount] = []
            try store.forEachEntry(in: .accounts) { (key, value) throws(StorageError) in
                let next = StoreKey.account(AccountNumber(UInt32(accounts.count)))
                guard key == next else { throw .damaged(StoreDamage(next, "missing")) }
                accounts.append(try unseal(StoredAccount.self, value, under: key))
                return true
            }
            return accounts
        }
    }

    private static func snapshot(of store: ChainStore) throws(SourceStop) -> Height {
        try reading { () throws(StorageError) in
            guard let value = try store.storedValue(under: .snapshot) else {
                throw .damaged(StoreDamage(.snapshot, "missing"))
            }
            return try unseal(StoredHeight.self, value, under: .snapshot).height
        }
    }
}

/// What waits beside the chain: certificates above the final view, and evidence.
struct WaitingFacts {
    /// Each holds, or it would be damage.
    let certificates: [Verified<Certificate>]

    init(_ store: ChainStore, electorate: Electorate) throws(SourceStop) {
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

extension ReportInput {
    fileprivate init(_ inventory: HomeInventory) {
        self.init(
            name: "home",
            fileCount: inventory.fileCount,
            byteCount: inventory.byteCount,
            digest: inventory.digest
        )
    }
}

extension HomeSource {
    /// Copies a home while something else goes on; stops early when its task is cancelled.
    static func copy(_ home: String) async -> CopiedHome {
        let isCancelled = Latch()
        return await withTaskCancellationHandler {
            CopiedHome(home) { isCancelled.isSet }
        } onCancel: {
            isCancelled.set()
        }
    }

    private final class Latch: Sendable {
        private let value = Atomic(false)

        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }

    /// Of a home that can't be opened as it was written: the report says which bytes are meant all the same.
    static func inputs(of home: String) -> [ReportInput] {
        do throws(FileError) {
            return [ReportInput(try HomeInventory(ofHomeAt: home))]
        } catch {
            // What can't be read has no digest; that it can't is what the report says.
            return []
        }
    }
}

// MARK: - Errors

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

/// Calls what reads from a store; what the disk did wrong is damage, everything else keeps from looking.
private func reading<Answer>(_ body: () throws(StorageError) -> Answer) throws(SourceStop) -> Answer {
    do throws(StorageError) {
        return try body()
    } catch {
        if let damage = error.damage { throw .damaged(damage) }
        throw .failure(.storage(error))
    }
}

private func unseal<Value: WireCodable>(
    _ type: Value.Type,
    _ value: [UInt8],
    under key: StoreKey
) throws(StorageError) -> Value {
    do { return try StoreValue.open(Value.self, value, under: key) } catch { throw .damaged(error) }
}

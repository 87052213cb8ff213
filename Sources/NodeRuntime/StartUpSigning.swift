import ChainCore
import ConsensusCore
import Cryptography
import LevelDBStorage
import Primitives
import ReplicaCore

/// Whether a node may sign after a start, by what its vote log and its chain say together (spec 3.7).
///
/// A log that is missing, damaged, set back, or knows of what the chain can't get back makes an observer, which serves reads. A log
/// that the system refuses to read or write stops the node.
struct Signing: Sendable {
    /// Nil for a follower, and where there is none that can be trusted.
    let voteLog: VoteLog?
    let mode: SigningMode
    /// The highest view that is known to be final; nothing is signed up to it.
    let floor: View
    /// What the chain lacks that the log knows of, as a sentence; the peers fill it.
    let lag: String?

    /// `certificates` are those that the store holds, as many as are worth a look.
    init(
        _ settings: NodeSettings,
        _ electorate: Electorate,
        me: Int?,
        stored: StoredState,
        certificates: [Certificate]
    ) throws(NodeFailure) {
        guard let me, let key = settings.consensusKey else {
            self.init(voteLog: nil, mode: .follower, floor: stored.tip.view, lag: nil)
            return
        }
        let log: VoteLog
        do {
            log = try Self.voteLog(settings, electorate, key)
        } catch .file(let error) {
            throw .voteLog(.file(error))
        } catch .locked(let path) {
            throw .voteLog(.locked(path: path))
        } catch {
            let reason = Self.reason(error, home: settings.home)
            self.init(voteLog: nil, mode: .observer(reason: reason), floor: stored.tip.view, lag: nil)
            return
        }
        if let forgotten = certificates.first(where: { log.hasForgotten($0, of: me, in: electorate) }) {
            let reason =
                "the vote log was set back, or made anew for a key that had signed: the stored chain holds a vote of this "
                + "validator in view \(forgotten.view), which votes.a and votes.b don't; keep them as they are, and join "
                + "with a new key"
            self.init(voteLog: nil, mode: .observer(reason: reason), floor: stored.tip.view, lag: nil)
            return
        }
        let lag = Self.lag(of: stored, behind: log)
        let floor = max(stored.tip.view, log.finalView)
        // Spec 3.7(3): with one validator nobody else has the blocks.
        guard let lag, electorate.validators.count == 1 else {
            self.init(voteLog: log, mode: .signing, floor: floor, lag: lag)
            return
        }
        let reason =
            "\(lag); a network of one validator has nobody to fetch from: stop the node and restore a newer backup of "
            + "\(settings.home)/data, never of votes.a and votes.b"
        self.init(voteLog: log, mode: .observer(reason: reason), floor: floor, lag: nil)
    }

    private init(voteLog: VoteLog?, mode: SigningMode, floor: View, lag: String?) {
        self.voteLog = voteLog
        self.mode = mode
        self.floor = floor
        self.lag = lag
    }

    private static func voteLog(
        _ settings: NodeSettings,
        _ electorate: Electorate,
        _ key: SigningKey
    ) throws(VoteLogError) -> VoteLog {
        if settings.keyNeverSigned, try !VoteLog.exists(home: settings.home) {
            return try VoteLog.create(home: settings.home, electorate: electorate, key: key)
        }
        return try VoteLog.open(home: settings.home, electorate: electorate, key: key)
    }

    private static func reason(_ error: VoteLogError, home: String) -> String {
        // Also with an empty store: a home is made with its log, so somebody removed it, and an emptied store says nothing
        // about what the key signed before.
        if case .missing = error {
            return
                "the vote log is missing, so this key may have signed what nobody here remembers; join with a new key, "
                + "or, only if it never signed anything, start once with --i-know-this-key-never-signed"
        }
        return
            "the vote log can't be trusted: \(error.sentence); keep \(home)/votes.a and votes.b as they are, and join with a "
            + "new key"
    }

    /// What the log knows to be final or voted for, and the chain lacks; nil when it lacks nothing.
    private static func lag(of stored: StoredState, behind log: VoteLog) -> String? {
        let last = stored.tip.view
        if log.finalView > last {
            return
                "the stored chain ends at view \(last), but the vote log knows that view \(log.finalView) is final: this "
                + "node signs nothing until the chain is complete again"
        }
        let blocks = Set(stored.unfinalised.map(\.block.hash))
        let missing = log.votes.first { vote in
            guard vote.body.view > last, let block = vote.body.block else { return false }
            return !blocks.contains(block)
        }
        return missing.map { "the block that this node voted for in view \($0.body.view) is not stored any more" }
    }
}

extension VoteLog {
    /// Whether a certificate holds a vote of this validator that the log should hold and doesn't.
    ///
    /// The log keeps every vote above its final view, and a vote leaves only once it is in the log.
    fileprivate func hasForgotten(_ certificate: Certificate, of me: Int, in electorate: Electorate) -> Bool {
        guard certificate.body.epoch == electorate.epoch, certificate.view > finalView,
            let signers = certificate.signers.signers(of: electorate.validators.count), signers.contains(me)
        else { return false }
        return !votes.contains { $0.body == certificate.body }
    }
}

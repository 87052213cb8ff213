package import ConsensusCore
package import Cryptography
package import Primitives
import Synchronization

/// Why the vote log can't be opened or added to.
package enum VoteLogError: Error, Hashable, Sendable {
    /// Neither `votes.a` nor `votes.b` is there: the node may only observe (spec 3.7(2)).
    case missing(home: String)
    /// A new log is made with a new home only.
    case alreadyThere(path: String)
    /// Another process has the log open.
    case locked(path: String)
    /// The files can't be trusted: no signing, reads go on (spec 3.7(1)).
    case damaged(VoteLogDamage)
    /// The key is not one of the epoch's validators.
    case notAValidator(PublicKey)
    /// The log was kept for another epoch.
    case otherEpoch(found: Epoch, wanted: Epoch)
    /// A vote was asked for that contradicts what was signed: stop.
    case refused(VoteRefusal)
    /// A read, write or sync failed: stop. What was being written is on disk or not, nobody knows.
    case file(FileError)
    /// An earlier write or sync failed, and nothing may be written since.
    case poisoned
}

/// A validator's memory of what it signed: D1 of spec 3.4, the one thing that must never be rolled back.
///
/// Two mirrored files in the home, `votes.a` and `votes.b`, outside LevelDB. A vote is signed here and nowhere else, and
/// leaves only when its record is on disk in both.
package final class VoteLog: Sendable {
    /// What `open` put right, for the operator's log.
    package enum Repair: Hashable, Sendable {
        /// A file lacked what the other one held, and was written anew.
        case healed(path: String)
        /// A write that a crash cut short was cut off: these records' votes were never sent.
        case cutTornTail(records: Int)
    }

    package let repairs: [Repair]
    private let electorate: Electorate
    private let key: SigningKey
    private let signer: UInt16
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var mirrors: VoteLogMirrors
        var book: VoteBook
        /// A final view that goes to disk with the next vote.
        var unwrittenFinalView: View?
    }

    /// Starts the log of a key that has never signed; only with a new home.
    package static func create(
        home: String,
        electorate: Electorate,
        key: SigningKey
    ) throws(VoteLogError) -> VoteLog {
        let header = VoteLogHeader(
            generation: 0,
            network: electorate.network,
            key: key.publicKey,
            epoch: electorate.epoch,
            finalView: .zero,
            firstSequence: 0
        )
        try VoteLogMirrors.create(home: home, VoteLogImage(header: header, records: []))
        return try open(home: home, electorate: electorate, key: key)
    }

    /// Reads and compares both files, puts right what spec 3.7(1) allows, and refuses everything else.
    package static func open(home: String, electorate: Electorate, key: SigningKey) throws(VoteLogError) -> VoteLog {
        guard let signer = electorate.validators.index(ofConsensusKey: key.publicKey) else {
            throw .notAValidator(key.publicKey)
        }
        let mirrors = try VoteLogMirrors(home: home, network: electorate.network, key: key.publicKey)
        let book = mirrors.bookAtOpening
        guard book.epoch == electorate.epoch else { throw .otherEpoch(found: book.epoch, wanted: electorate.epoch) }
        return VoteLog(mirrors: mirrors, electorate: electorate, key: key, signer: UInt16(signer))
    }

    private init(mirrors: consuming VoteLogMirrors, electorate: Electorate, key: SigningKey, signer: UInt16) {
        self.electorate = electorate
        self.key = key
        self.signer = signer
        repairs = mirrors.repairs
        let book = mirrors.bookAtOpening
        state = Mutex(State(mirrors: mirrors, book: book))
    }

    /// Whether a home holds either file.
    package static func exists(home: String) throws(VoteLogError) -> Bool { try VoteLogMirrors.exist(home: home) }

    /// My votes above the final view, in the order of view, then kind.
    package var votes: [Vote] { state.withLock { $0.book.votes } }
    /// The highest view that is known here to be final.
    package var finalView: View { state.withLock { $0.book.finalView } }

    /// Signs votes and returns them, in order, once their records are on disk in both files.
    ///
    /// A body that was signed before gives the same bytes again and costs nothing. One that contradicts a vote held, or
    /// another of the same call, is refused before anything is written. Two syncs for up to eight records.
    package func record(_ bodies: [VoteBody]) throws(VoteLogError) -> [Vote] {
        try state.withLock { (state) throws(VoteLogError) in
            var book = state.book
            var votes: [Vote] = []
            var fresh: [Vote] = []
            for body in bodies {
                if let held = book.vote(for: body) {
                    votes.append(held)
                    continue
                }
                if let refusal = book.refusal(of: body) { throw .refused(refusal) }
                let message = body.message(network: electorate.network)
                let vote = Vote(body: body, signer: signer, signature: key.sign(message))
                book.insert(vote)
                votes.append(vote)
                fresh.append(vote)
            }
            guard !fresh.isEmpty else { return votes }
            let raised = state.unwrittenFinalView.map { [VoteLogRecord.Content.finalView($0)] } ?? []
            try state.mirrors.append(raised + fresh.map { .vote($0) })
            state.book = book
            state.unwrittenFinalView = nil
            return votes
        }
    }

    /// Notes that a view is final, once its final batch is on disk (spec 3.4), and forgets the votes at or below it.
    ///
    /// Goes to disk with the next vote, by `flush()`, or by a compaction when the files have grown: so a final block costs
    /// the log no sync of its own.
    package func raiseFinalView(_ view: View) throws(VoteLogError) {
        try state.withLock { (state) throws(VoteLogError) in
            guard view > state.book.finalView else { return }
            state.book.raise(finalView: view)
            state.unwrittenFinalView = view
            if state.mirrors.wantsCompaction(to: state.book) {
                try state.mirrors.compact(to: state.book)
                state.unwrittenFinalView = nil
            }
        }
    }

    /// Writes the final view if the files lag behind; for a clean stop.
    package func flush() throws(VoteLogError) {
        try state.withLock { (state) throws(VoteLogError) in
            guard state.unwrittenFinalView != nil else { return }
            try state.mirrors.compact(to: state.book)
            state.unwrittenFinalView = nil
        }
    }
}

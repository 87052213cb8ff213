import ConsensusCore
import Cryptography
import Foundation
import LevelDBStorage
import Primitives
import Testing

@Suite struct VoteLogTests {
    let home: TemporaryHome
    let chain: TestChain
    var key: SigningKey { chain.consensusKeys[0] }

    init() throws {
        home = try TemporaryHome()
        chain = try TestChain(validators: 4)
    }

    func create() throws -> VoteLog {
        try VoteLog.create(home: home.path, electorate: chain.electorate, key: key)
    }

    func open() throws -> VoteLog { try VoteLog.open(home: home.path, electorate: chain.electorate, key: key) }

    func notarize(_ view: UInt64, _ block: UInt64 = 1) -> VoteBody {
        .notarize(
            epoch: .zero,
            view: View(view),
            parentView: View(view - 1),
            block: Hash32(words: Words32(block, 0, 0, 0))
        )
    }

    func nullify(_ view: UInt64) -> VoteBody { .nullify(epoch: .zero, view: View(view)) }

    func finalize(_ view: UInt64) -> VoteBody {
        .finalize(epoch: .zero, view: View(view), parentView: View(view - 1), block: .zero)
    }

    @Test func signsOnceAndRemembersTheBytes() throws {
        let votes: [Vote]
        do {
            let log = try create()
            votes = try log.record([notarize(1), notarize(2), nullify(2)])
            for vote in votes {
                #expect(Verified.check(vote, in: chain.electorate, by: StrictEd25519()) != nil)
            }
            #expect(try log.record([nullify(2)]) == [votes[2]])
            #expect(log.votes == votes)
        }
        let log = try open()
        #expect(log.repairs.isEmpty)
        #expect(log.votes == votes)
        let size = try home.bytes("votes.a").count
        #expect(try log.record([notarize(1), nullify(2)]) == [votes[0], votes[2]])
        #expect(try home.bytes("votes.a").count == size)
        #expect(try home.bytes("votes.a") == home.bytes("votes.b"))
    }

    @Test func refusesWhatContradictsAndWritesNothingOfTheCall() throws {
        let log = try create()
        _ = try log.record([nullify(3)])
        let before = try home.bytes("votes.a")
        #expect(throws: VoteLogError.refused(.contradicts(wanted: finalize(3), held: nullify(3)))) {
            try log.record([notarize(4), finalize(3)])
        }
        #expect(throws: VoteLogError.refused(.contradicts(wanted: notarize(5, 2), held: notarize(5, 1)))) {
            try log.record([notarize(5, 1), notarize(5, 2)])
        }
        #expect(try home.bytes("votes.a") == before)
        #expect(log.votes.map(\.body) == [nullify(3)])
        // What was refused together with it is free again.
        #expect(try log.record([notarize(5, 2)]).count == 1)
    }

    @Test func raisedFinalViewGoesToDiskWithTheNextVoteOrTheFlush() throws {
        do {
            let log = try create()
            _ = try log.record([notarize(1), notarize(2), notarize(3)])
            try log.raiseFinalView(View(2))
            #expect(log.finalView == View(2))
            #expect(throws: VoteLogError.refused(.viewIsFinal(wanted: nullify(2), finalView: View(2)))) {
                try log.record([nullify(2)])
            }
            _ = try log.record([finalize(3)])
        }
        do {
            let log = try open()
            #expect(log.finalView == View(2))
            #expect(log.votes.map(\.body) == [notarize(3), finalize(3)])
            try log.raiseFinalView(View(3))
            try log.raiseFinalView(View(1))
            try log.flush()
            #expect(try home.bytes("votes.a").count == 2 * 256)
        }
        #expect(try open().finalView == View(3))
        let book = try VoteLogFiles(home: home.path).book(network: chain.network, key: key.publicKey)
        #expect(book?.finalView == View(3))
    }

    @Test func compactsWhenItHasGrown() throws {
        let log = try create()
        for view in UInt64(1)...600 {
            _ = try log.record([notarize(view)])
            try log.raiseFinalView(View(view - 1))
        }
        #expect(log.votes.map(\.body) == [notarize(600)])
        #expect(try home.bytes("votes.a").count < 256 * 256)
        #expect(try home.bytes("votes.a") == home.bytes("votes.b"))
        #expect(!home.has("votes.a.new"))
    }

    @Test func manyVotesInOneCallAreAllKept() throws {
        do { _ = try create().record((1...50).map { nullify($0) }) }
        #expect(try open().votes.map(\.body) == (1...50).map { nullify($0) })
    }

    @Test(arguments: ["votes.a", "votes.b"]) func healsADamagedFile(_ name: String) throws {
        let votes = try { try create().record([notarize(1), finalize(1), nullify(2)]) }()
        let good = try home.bytes(name)
        for position in stride(from: 0, to: good.count, by: 37) {
            var bad = good
            bad[position] ^= 1
            try home.write(bad, to: name)
            let log = try open()
            #expect(log.votes == votes)
            #expect(log.repairs == [.healed(path: home.path + "/" + name)])
            #expect(try home.bytes(name) == good)
        }
        try home.remove(name)
        #expect(try open().votes == votes)
        #expect(try home.bytes(name) == good)
    }

    @Test func cutsATornTail() throws {
        do { _ = try create().record([notarize(1)]) }
        let good = try home.bytes("votes.a")
        for name in ["votes.a", "votes.b"] { try home.write(good + [1, 2, 3], to: name) }
        let log = try open()
        #expect(log.repairs.contains(.cutTornTail(records: 1)))
        #expect(try home.bytes("votes.a") == good)
        #expect(try home.bytes("votes.b") == good)
        #expect(try log.record([nullify(2)]).count == 1)
    }

    @Test func keepsAVoteThatOnlyOneFileHolds() throws {
        do { _ = try create().record([notarize(1)]) }
        let before = try home.bytes("votes.b")
        let votes = try { try open().record([nullify(2)]) }()
        try home.write(before, to: "votes.b")
        let log = try open()
        #expect(log.votes.last == votes[0])
        #expect(throws: VoteLogError.refused(.contradicts(wanted: finalize(2), held: nullify(2)))) {
            try log.record([finalize(2)])
        }
    }

    @Test func refusesDamageInBothFiles() throws {
        do {
            let log = try create()
            _ = try log.record([notarize(1)])
            _ = try log.record([notarize(2)])
        }
        for name in ["votes.a", "votes.b"] {
            var bytes = try home.bytes(name)
            bytes[2 * 256 + 20] ^= 1
            try home.write(bytes, to: name)
        }
        let before = try home.bytes("votes.a")
        #expect(throws: VoteLogError.damaged(.record(index: 0))) { try open() }
        #expect(try home.bytes("votes.a") == before)
    }

    @Test func refusesASecondOpener() throws {
        let log = try create()
        #expect(throws: VoteLogError.locked(path: home.path + "/votes.a")) { try open() }
        // The lock follows the files through a compaction.
        _ = try log.record([nullify(1)])
        try log.raiseFinalView(View(1))
        try log.flush()
        #expect(throws: VoteLogError.locked(path: home.path + "/votes.a")) { try open() }
        withExtendedLifetime(log) {}
    }

    @Test func isMissingRatherThanMadeAnew() throws {
        #expect(try !VoteLog.exists(home: home.path))
        #expect(throws: VoteLogError.missing(home: home.path)) { try open() }
        #expect(home.names.isEmpty)
        do { _ = try create() }
        #expect(throws: VoteLogError.alreadyThere(path: home.path + "/votes.a")) { try create() }
    }

    @Test func isForItsOwnerOnly() throws {
        do {
            let log = try create()
            try log.raiseFinalView(View(1))
            try log.flush()
        }
        for name in ["votes.a", "votes.b"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: home.path + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func refusesAKeyThatIsNoValidators() throws {
        let stranger = SigningKey.generate()
        #expect(throws: VoteLogError.notAValidator(stranger.publicKey)) {
            try VoteLog.open(home: home.path, electorate: chain.electorate, key: stranger)
        }
        do { _ = try create() }
        let other = chain.consensusKeys[1]
        #expect(throws: VoteLogError.damaged(.otherKey(found: key.publicKey, wanted: other.publicKey))) {
            try VoteLog.open(home: home.path, electorate: chain.electorate, key: other)
        }
    }

    @Test func writesNothingAfterAFailure() throws {
        let log = try create()
        _ = try log.record([notarize(1)])
        try log.raiseFinalView(View(1))
        // A compaction needs the directory.
        try FileManager.default.moveItem(atPath: home.path, toPath: home.path + "-moved")
        defer { try? FileManager.default.moveItem(atPath: home.path + "-moved", toPath: home.path) }
        #expect {
            try log.flush()
        } throws: { error in
            if case VoteLogError.file? = error as? VoteLogError { true } else { false }
        }
        #expect(throws: VoteLogError.poisoned) { try log.record([nullify(2)]) }
        #expect(throws: VoteLogError.poisoned) { try log.flush() }
    }
}

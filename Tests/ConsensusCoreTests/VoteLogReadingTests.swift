import ConsensusCore
import Cryptography
import Primitives
import Testing

/// Two images of a vote log go in, what they say together comes out; nothing signed is ever forgotten.
@Suite struct VoteLogReadingTests {
    let whole = Log.image(
        Log.header(finalView: 2, firstSequence: 40),
        [
            [Log.notarize(3)], [Log.nullify(3), Log.notarize(4)], [Log.finalize(4)],
            [Log.notarize(5), Log.nullify(6)],
        ]
    )

    func read(_ a: [UInt8], _ b: [UInt8]) throws -> VoteLogReading {
        try VoteLogReading(a: a, b: b, network: Log.network, key: Log.me)
    }

    @Test func readsWhatWasWritten() throws {
        let reading = try read(whole.encoded(), whole.encoded())
        #expect(reading.image == whole)
        #expect(reading.tornRecords == 0)
        #expect(reading.book.finalView == View(2))
        #expect(reading.book.votes.count == 6)
        #expect(whole.encoded().count == whole.byteCount)
    }

    @Test func beginsWithALineForPeople() {
        let text = String(decoding: whole.encoded().prefix(256), as: UTF8.self)
        #expect(text.contains("never restore this file from a backup"))
        #expect(text.hasSuffix("\n"))
    }

    @Test func anyChangedByteInOneFileIsHealedFromTheOther() throws {
        let good = whole.encoded()
        for position in good.indices {
            var bad = good
            bad[position] ^= 1 << UInt8(position % 8)
            #expect(try read(bad, good).image == whole, "byte \(position) of A")
            #expect(try read(good, bad).image == whole, "byte \(position) of B")
        }
    }

    @Test func aByteChangedInBothIsRefusedUnlessTheLastWriteIsTorn() throws {
        let good = whole.encoded()
        let lastBatch = 2 * 256 + 4 * 256
        for position in good.indices {
            var bad = good
            bad[position] ^= 0x10
            let reading = try? read(bad, bad)
            if position < lastBatch {
                #expect(reading == nil, "byte \(position) is not in the last write")
            } else {
                let torn = (position - lastBatch) / 256
                #expect(reading?.image.records == Array(whole.records.prefix(4 + torn)))
                #expect(reading?.tornRecords == 2 - torn)
            }
        }
    }

    @Test func aFileCutAnywhereIsHealedFromTheOther() throws {
        let good = whole.encoded()
        for length in good.indices {
            #expect(try read(Array(good.prefix(length)), good).image == whole, "A cut to \(length) bytes")
            #expect(try read(good, Array(good.prefix(length))).image == whole, "B cut to \(length) bytes")
        }
        #expect(try read([], good).image == whole)
    }

    @Test func bothFilesCutWithinTheLastRecordLoseThatRecordOnly() throws {
        let good = whole.encoded()
        for missing in 1..<256 {
            let reading = try read(good.dropLast(missing), good.dropLast(missing))
            #expect(reading.image.records == Array(whole.records.dropLast()))
            #expect(reading.tornRecords == 1)
        }
    }

    @Test func differentRecordsBrokenInEitherFileAreHealedFromEachOther() throws {
        var a = whole.encoded()
        var b = whole.encoded()
        a[2 * 256 + 9] ^= 1
        b[3 * 256 + 9] ^= 1
        a[10] ^= 1
        b[256 + 10] ^= 1
        #expect(try read(a, b).image == whole)
    }

    @Test func moreBrokenRecordsThanOneWriteMakesAreRefused() {
        let views = (3..<15).map { [Log.nullify($0)] }
        let long = Log.image(Log.header(), views)
        var bytes = long.encoded()
        for record in 3..<12 { bytes[(2 + record) * 256 + 5] ^= 1 }
        #expect(throws: VoteLogDamage.record(index: 3)) { try read(bytes, bytes) }
    }

    @Test func aWholeRecordOfALaterWriteBehindABrokenOneIsRefused() {
        let two = Log.image(Log.header(), [[Log.nullify(3)], [Log.nullify(4)]])
        var bytes = two.encoded()
        bytes[2 * 256 + 5] ^= 1
        #expect(throws: VoteLogDamage.record(index: 0)) { try read(bytes, bytes) }
    }

    @Test func recordsThatDifferAreRefused() {
        let one = Log.image(Log.header(), [[Log.notarize(3, 1)]])
        let other = Log.image(Log.header(), [[Log.notarize(3, 2)]])
        #expect(throws: VoteLogDamage.recordsDiffer(index: 0)) { try read(one.encoded(), other.encoded()) }
    }

    @Test func headersThatDifferAreRefused() {
        let one = Log.image(Log.header(finalView: 1), [])
        let other = Log.image(Log.header(finalView: 2), [])
        #expect(throws: VoteLogDamage.headersDiffer) { try read(one.encoded(), other.encoded()) }
    }

    @Test func contradictoryVotesAreRefused() {
        let bad = Log.image(Log.header(), [[Log.finalize(3)], [Log.nullify(3)]])
        #expect(throws: VoteLogDamage.contradiction(.contradicts(wanted: Log.nullify(3), held: Log.finalize(3)))) {
            try read(bad.encoded(), bad.encoded())
        }
        let past = Log.image(Log.header(finalView: 9), [[Log.finalize(3)]])
        #expect(throws: VoteLogDamage.contradiction(.viewIsFinal(wanted: Log.finalize(3), finalView: View(9)))) {
            try read(past.encoded(), past.encoded())
        }
    }

    @Test func emptyAndForeignFilesAreRefused() {
        #expect(throws: VoteLogDamage.noWarning) { try read([], []) }
        #expect(throws: VoteLogDamage.noHeader) { try read(Array(whole.encoded().prefix(300)), []) }
        let bytes = whole.encoded()
        let other = NetworkID(words: Words32(9, 9, 9, 9))
        #expect(throws: VoteLogDamage.otherNetwork(found: Log.network, wanted: other)) {
            try VoteLogReading(a: bytes, b: bytes, network: other, key: Log.me)
        }
        let stranger = Log.seededKey(8).publicKey
        #expect(throws: VoteLogDamage.otherKey(found: Log.me, wanted: stranger)) {
            try VoteLogReading(a: bytes, b: bytes, network: Log.network, key: stranger)
        }
    }

    @Test func aRecordOfAnotherValidatorsLogIsNone() throws {
        let theirs = VoteLogImage(
            header: VoteLogHeader(
                generation: 0,
                network: Log.network,
                key: Log.seededKey(8).publicKey,
                epoch: .zero,
                finalView: View(2),
                firstSequence: 40
            ),
            records: whole.records
        )
        let mixed = Array(whole.encoded().prefix(512)) + theirs.encoded().dropFirst(512)
        #expect(try read(mixed, whole.encoded()).image == whole)
        #expect(try read(whole.encoded(), mixed).image == whole)
    }

    @Test func recordsInTheWrongOrderAreNone() throws {
        var swapped = whole
        swapped.records.swapAt(0, 2)
        #expect(try read(swapped.encoded(), whole.encoded()).image == whole)
        #expect(throws: VoteLogDamage.record(index: 0)) { try read(swapped.encoded(), swapped.encoded()) }
    }

    // MARK: - A compaction that was cut short

    let older = Log.image(Log.header(), [[Log.finalize(3)], [Log.nullify(4)], [Log.notarize(5)]])
    let newer = Log.image(
        Log.header(generation: 1, finalView: 3, firstSequence: 3),
        [[Log.nullify(4)], [Log.notarize(5)]]
    )

    @Test func theNewerFileWinsAfterACompactionThatWasCutShort() throws {
        #expect(try read(newer.encoded(), older.encoded()).image == newer)
        #expect(try read(older.encoded(), newer.encoded()).image == newer)
    }

    @Test func aNewerFileThatIsNotWholeIsNeverGuessedAt() {
        let good = newer.encoded()
        for position in good.indices {
            var bad = good
            bad[position] ^= 4
            let reading = try? read(bad, older.encoded())
            // With its header broken, its whole records still say that it was not the older file's mirror.
            #expect(reading == nil, "byte \(position)")
        }
    }

    @Test func aVoteThatOnlyTheOlderFileHoldsIsRefused() {
        let forgetful = Log.image(Log.header(generation: 1, finalView: 3, firstSequence: 3), [[Log.nullify(4)]])
        #expect(throws: VoteLogDamage.voteMissing(Log.notarize(5))) {
            try read(forgetful.encoded(), older.encoded())
        }
    }

    @Test func aFileRestoredFromABackupIsRefused() {
        let later = Log.image(Log.header(generation: 2, finalView: 4, firstSequence: 5), [[Log.notarize(5)]])
        #expect(throws: VoteLogDamage.staleMirror(generation: 0, other: 2)) {
            try read(later.encoded(), older.encoded())
        }
    }

    @Test func aRaisedFinalViewIsRead() throws {
        var raised = whole
        raised.records.append(
            VoteLogRecord(
                generation: 0,
                sequence: raised.nextSequence,
                batchFirst: raised.nextSequence,
                content: .finalView(View(5))
            )
        )
        let book = try read(raised.encoded(), raised.encoded()).book
        #expect(book.finalView == View(5))
        #expect(book.votes.map(\.body) == [Log.nullify(6)])
    }
}

import ConsensusCore
import Cryptography
import Primitives

// The two files of a vote log. In one half of the inputs the bytes are the files; in the other they are what the records
// hold, under hashes that a forger would compute as well.

extension Format {
    /// The first byte says which it is.
    ///
    /// Files: then the length of the first one in two bytes, and both files. Records: then for each slot a byte that says
    /// which files it lies in, the length of its body, and the body.
    static let voteLog = Format(
        "vote-log",
        byteCountMax: 4_096,
        heap: HeapBound(base: 256 << 10, perByte: 512),
        check: .pure { bytes throws(BrokenPromise) in
            guard let kind = bytes.first else { return .refused }
            let rest = Array(bytes.dropFirst())
            let (a, b) = kind & 1 == 0 ? VoteLogs.files(rest) : VoteLogs.sealedFiles(rest)
            return try VoteLogs.check(a, b)
        },
        seeds: VoteLogs.seeds
    )
}

private enum VoteLogs {
    private static let key = TestNetwork.shared.payers[0].publicKey
    private static let recordByteCount = VoteLogFormat.recordByteCount
    private static let hashByteCount = 32

    static func check(_ a: [UInt8], _ b: [UInt8]) throws(BrokenPromise) -> Format.Verdict {
        guard let reading = read(a, b) else { return .refused }
        let image = reading.image.encoded()
        try promise(image.count == reading.image.byteCount, "a vote log is not as long as it says")
        _ = reading.image.nextSequence
        // What was torn is cut; both files then hold the same, and either one is enough.
        for files in [(image, image), (image, []), ([], image)] {
            guard let again = read(files.0, files.1) else { throw BrokenPromise("a vote log that we wrote is refused") }
            try promise(again.image == reading.image && again.book == reading.book, "a vote log reads as another one")
            try promise(again.tornRecords == 0, "a vote log that we wrote is torn")
        }
        if a == b, reading.tornRecords == 0 {
            try promise(image == a, "a vote log is written with other bytes than it was read from")
        }
        return .accepted
    }

    private static func read(_ a: [UInt8], _ b: [UInt8]) -> VoteLogReading? {
        do throws(VoteLogDamage) {
            return try VoteLogReading(a: a, b: b, network: Samples.network, key: key)
        } catch {
            return nil
        }
    }

    static func files(_ bytes: [UInt8]) -> ([UInt8], [UInt8]) {
        guard bytes.count >= 2 else { return (bytes, []) }
        let length = Int(bytes[0]) | Int(bytes[1]) << 8
        return (Array(bytes.dropFirst(2).prefix(length)), Array(bytes.dropFirst(2 + length)))
    }

    static func sealedFiles(_ bytes: [UInt8]) -> ([UInt8], [UInt8]) {
        var files = [warning, warning]
        var rest = bytes[...]
        while rest.count >= 2 {
            let slot = rest.removeFirst()
            let length = min(Int(rest.removeFirst()), recordByteCount - hashByteCount - 1)
            let body = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            for index in files.indices where slot & 1 << UInt8(index) != 0 {
                let isHeader = files[index].count == warning.count
                var record = sealed(body, salt: isHeader ? [] : Samples.network.bytes + key.bytes)
                // A write that a power cut tore.
                if slot & 4 << UInt8(index) != 0 { record[0] ^= 1 }
                files[index] += record
            }
        }
        return (files[0], files[1])
    }

    /// A record as spec 3.4 has it.
    private static func sealed(_ body: [UInt8], salt: [UInt8]) -> [UInt8] {
        var payload = [UInt8(body.count)] + body
        payload += [UInt8](repeating: 0, count: recordByteCount - hashByteCount - payload.count)
        return payload + SHA256.hash(salt + payload).bytes
    }

    private static func header(generation: UInt64 = 1, firstSequence: UInt64 = 0) -> VoteLogHeader {
        VoteLogHeader(
            generation: generation,
            network: Samples.network,
            key: key,
            epoch: .zero,
            finalView: View(1),
            firstSequence: firstSequence
        )
    }

    private static let warning = Array(VoteLogImage(header: header(), records: []).encoded().prefix(recordByteCount))

    private static func records(generation: UInt64 = 1, from first: UInt64 = 0) -> [VoteLogRecord] {
        let bodies: [VoteBody] = [
            .notarize(epoch: .zero, view: View(2), parentView: View(1), block: Samples.hash),
            .nullify(epoch: .zero, view: View(2)),
            .finalize(epoch: .zero, view: View(3), parentView: View(1), block: Samples.hash),
        ]
        let contents = bodies.map { VoteLogRecord.Content.vote(Samples.vote($0)) } + [.finalView(View(2))]
        return contents.enumerated().map { index, content in
            let sequence = first + UInt64(index)
            return VoteLogRecord(generation: generation, sequence: sequence, batchFirst: sequence, content: content)
        }
    }

    private static func slot(_ files: UInt8, _ body: some WireCodable) -> [UInt8] {
        let bytes = body.encoded()
        return [files, UInt8(bytes.count)] + bytes
    }

    static func seeds() -> [Seed] {
        let image = VoteLogImage(header: header(), records: records()).encoded()
        let length = [UInt8(image.count & 255), UInt8(image.count >> 8)]
        let both = records().flatMap { slot(3, $0) }
        let torn = records().suffix(1).flatMap { slot(3 | 12, $0) }
        let newer = slot(1, header(generation: 2, firstSequence: 4)) + slot(1, records(generation: 2, from: 4)[2])
        let older = slot(2, header()) + records().flatMap { slot(2, $0) }
        return [
            Seed("two-files", [0] + length + image + image),
            Seed("one-file", [0] + length + image),
            Seed("records", [1] + slot(3, header()) + both),
            Seed("torn", [1] + slot(3, header()) + records().dropLast().flatMap { slot(3, $0) } + torn),
            Seed("compaction-cut-short", [1] + newer + older),
        ]
    }
}

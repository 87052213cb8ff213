import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Synchronization
import Testing
import VerifierCore
import farthing

/// One byte of one file of a home changed at a time: found, or it was never part of what is promised.
///
/// `Scripts/flip-bytes` sets how many bytes are flipped, and of which home; without it 300, spread over all files of a
/// small one.
@Suite struct FlippedByteTests {
    @Test func everyFlippedByteIsFoundOrPromisesNothing() async throws {
        let environment = ProcessInfo.processInfo.environment
        let home = try environment["FARTHING_FLIPS_LARGE"] == nil ? Self.sampleHome() : Self.largeHome()
        let scheme = RememberingScheme()
        let verification = Verification(genesis: home.chain.genesis, jobs: 1)
        let honest = try await TestHome.verify(home.path, by: verification, scheme: scheme)
        #expect(honest.verdict == .sound)

        let files = try Self.files(in: home.path)
        let total = files.reduce(0) { $0 + $1.bytes.count }
        let wanted = environment["FARTHING_FLIPS"]
        let places = environment["FARTHING_FLIPS_SEED"].flatMap { UInt64($0) }.map { Places(seed: $0) } ?? Places()
        let count = wanted == "all" ? total : min(total, wanted.flatMap { Int($0) } ?? 300)
        var outcomes: [String: Int] = [:]
        var first = 0
        var flipped = 0
        for file in files {
            let url = URL(fileURLWithPath: home.path + "/" + file.name)
            for offset in file.bytes.indices {
                // The flips are spread evenly over all bytes of all files.
                let place = first + offset
                guard places.contain(place, count: count, of: total) else { continue }
                var changed = file.bytes
                changed[offset] ^= 1 << places.bit(place)
                try changed.write(to: url)
                flipped += 1
                let outcome: String
                do {
                    let report = try await TestHome.verify(home.path, by: verification, scheme: scheme)
                    if report.verdict == .sound, report.hash == honest.hash {
                        let reason = Self.reason(file.name, offset, file.bytes, changed)
                        #expect(reason != nil, "byte \(offset) of \(file.name) was flipped, and nothing was found")
                        outcome = "not promised: \(reason ?? "WRONG")"
                    } else {
                        #expect(report.verdict != .sound, "byte \(offset) of \(file.name): sound, but another chain")
                        outcome = "found: \(report.verdict.word)"
                    }
                } catch {
                    outcome = "found: refused"
                }
                outcomes["\(file.name.split(separator: "/").last ?? "") \(outcome)", default: 0] += 1
            }
            try file.bytes.write(to: url)
            first += file.bytes.count
        }
        #expect(flipped == count)
        #expect(try await TestHome.verify(home.path, by: verification, scheme: scheme) == honest)
        for (outcome, count) in outcomes.sorted(by: { $0.key < $1.key }) { print("flips: \(count) \(outcome)") }
        print("flips: \(flipped) of \(total) bytes in \(files.count) files")
    }

    /// Why a change here changes nothing that is promised; nil when it must be found.
    private static func reason(_ name: String, _ offset: Int, _ bytes: Data, _ changed: Data) -> String? {
        switch name.split(separator: "/").last {
        case "LOG", "LOG.old": return "LevelDB's diary for people"
        case "LOCK", "lock": return "empty, only locked"
        case "genesis.json": return "the auditor's own genesis file is read"
        case "votes.a", "votes.b": return "the other one of the two vote logs says the same"
        default: break
        }
        guard name.hasSuffix(".ldb"), let table = TableLayout(bytes) else { return nil }
        if table.filter.contains(offset) { return "a Bloom filter: only speed, or a missing entry, which is found" }
        if table.wayToFilter.contains(where: { $0.contains(offset) }) {
            return "leads to a Bloom filter: without one each look-up reads the table"
        }
        if table.padding.contains(offset) { return "padding of a table's footer" }
        if table.handles.contains(offset), TableLayout(changed)?.index == table.index {
            return "a number of a table's footer, the same with a byte more"
        }
        return nil
    }

    /// Forty thousand payments in several tables of each database, and in logs.
    private static func largeHome() throws -> TestHome {
        var chain = try TestChain.sample(validators: 4)
        let home = try TestHome(chain)
        var committed = 0
        for number in 0..<200 {
            let payments = (0..<20).map { place in
                chain.payments(from: place % 3, count: 10, mark: UInt8(number ^ place))
            }
            try chain.append(try chain.next(payments, after: 1_000))
            guard number % 40 == 39 else { continue }
            try home.commit(Array(chain.blocks[committed...]))
            committed = chain.blocks.count
            // The log becomes a table. The last of them stays.
            if number < 199 { try home.reopen() }
        }
        try writeVoteLog(of: chain, in: home)
        home.close()
        return home
    }

    private static func files(in home: String) throws -> [(name: String, bytes: Data)] {
        try FileManager.default.subpathsOfDirectory(atPath: home).sorted().compactMap { name in
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: home + "/" + name, isDirectory: &isDirectory)
            guard !isDirectory.boolValue else { return nil }
            return (name, try Data(contentsOf: URL(fileURLWithPath: home + "/" + name)))
        }
    }

    /// Some hundred payments: two thirds in tables, one third in the logs, and the vote log of a validator.
    private static func sampleHome() throws -> TestHome {
        var chain = try TestChain.sample(validators: 4)
        for number in 0..<30 {
            let payments = (0..<10).map {
                chain.payment(from: $0 % 3, to: chain.account((number + $0 + 1) % 3), amount: UInt64($0 + 1))
            }
            try chain.append(try chain.next(payments, after: 1_000))
        }
        let home = try TestHome(chain)
        try home.commit(Array(chain.blocks.prefix(22)))
        try home.reopen()
        for item in chain.blocks.dropFirst(22) { try home.commit([item]) }
        try writeVoteLog(of: chain, in: home)
        home.close()
        return home
    }

    private static func writeVoteLog(of chain: TestChain, in home: TestHome) throws {
        let log = try VoteLog.create(home: home.path, electorate: chain.electorate, key: chain.consensusKeys[0])
        for item in chain.blocks.suffix(3) { _ = try log.record([item.justification.certificate.body]) }
        try log.raiseFinalView(chain.view)
        try log.flush()
    }
}

/// Which bytes are flipped: as many as are wanted, one in each of so many equal parts; the first, or the one that a seed draws.
private struct Places {
    var seed: UInt64?

    func contain(_ place: Int, count: Int, of total: Int) -> Bool {
        let part = place * count / total
        guard let seed else { return part != (place + 1) * count / total }
        // Part p begins at the least place with place × count / total = p.
        let (start, end) = ((part * total + count - 1) / count, ((part + 1) * total + count - 1) / count)
        return place == start + Int(Self.mixed(seed, UInt64(part)) % UInt64(end - start))
    }

    func bit(_ place: Int) -> UInt8 {
        UInt8(seed.map { Self.mixed($0 ^ 0x6269_7473, UInt64(place)) % 8 } ?? UInt64(place % 8))
    }

    /// SplitMix64 at a place of its sequence.
    private static func mixed(_ seed: UInt64, _ index: UInt64) -> UInt64 {
        var value = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// Where the parts of a LevelDB table lie that nothing but speed depends on.
private struct TableLayout {
    let filter: Range<Int>
    /// What leads to the filter: its check sum, the block of filters with its own, and the footer's handle to that block.
    ///
    /// LevelDB ignores what it can't read of these, and then has no filter (`Table::ReadMeta`).
    let wayToFilter: [Range<Int>]
    let padding: Range<Int>
    /// The footer's two handles.
    let handles: Range<Int>
    /// The second handle, offset and size of the block that leads to all data.
    ///
    /// Its last number may be written with a byte more, since a zero of the padding follows.
    let index: [Int]

    /// The last 48 bytes: two block handles, zeros, eight bytes that say it is a table.
    init?(_ bytes: Data) {
        guard bytes.count >= 48 else { return nil }
        let all = [UInt8](bytes)
        var place = all.count - 48
        guard let metaOffset = Self.number(all, &place), let metaSize = Self.number(all, &place) else { return nil }
        let handle = (all.count - 48)..<place
        guard let indexOffset = Self.number(all, &place), let indexSize = Self.number(all, &place) else { return nil }
        index = [indexOffset, indexSize]
        handles = (all.count - 48)..<place
        padding = place..<(all.count - 8)
        // The one entry of the block of filters: shared, unshared, value length, the name, then the filter's handle.
        var entry = metaOffset
        // Each block is followed by its compression and its check sum.
        let trailer = 5
        guard metaSize > 8, Self.number(all, &entry) != nil, let nameLength = Self.number(all, &entry),
            Self.number(all, &entry) != nil
        else { return nil }
        entry += nameLength
        guard let offset = Self.number(all, &entry), let size = Self.number(all, &entry) else { return nil }
        filter = offset..<(offset + size)
        wayToFilter = [
            filter.upperBound..<(filter.upperBound + trailer), metaOffset..<(metaOffset + metaSize + trailer), handle,
        ]
    }

    private static func number(_ bytes: [UInt8], _ place: inout Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) where place < bytes.count {
            let byte = bytes[place]
            place += 1
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}

/// Verdicts are functions of their claims, so each is reached once; that makes a hundred thousand verifications possible.
private final class RememberingScheme: SignatureScheme {
    private let known = Mutex<[[UInt8]: Bool]>([:])

    func verdicts(on claims: [SignatureClaim]) -> [Bool] {
        claims.map { claim in
            var writer = WireWriter()
            writer.write(claim.key)
            writer.write(claim.signature)
            let name = writer.bytes + claim.message
            if let verdict = known.withLock({ $0[name] }) { return verdict }
            let verdict = StrictEd25519().verdicts(on: [claim])[0]
            known.withLock { $0[name] = verdict }
            return verdict
        }
    }
}

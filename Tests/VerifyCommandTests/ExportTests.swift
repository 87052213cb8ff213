import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing
import VerifierCore
import farthing

/// Exports as the commands read them: verified, imported, turned into tables and held against them.
@Suite struct ExportTests {
    private let chain: TestChain
    private let folder = TestFolder()

    init() throws { chain = try TestChain.sample(validators: 4) }

    private func write(
        _ name: String = "chain.export",
        _ blocks: [JustifiedBlock]? = nil,
        certificates: [Certificate] = [],
        evidence: [Evidence] = [],
        segmentBlocks: UInt32 = 2
    ) throws -> String {
        let blocks = blocks ?? chain.blocks
        let first = try #require(blocks.first).block
        let header = ExportHeader(
            genesis: chain.genesis,
            first: first.height,
            last: Height(first.height.number + UInt64(blocks.count) - 1),
            parent: first.parent,
            segmentBlocks: segmentBlocks
        )
        var writer = ExportWriter(header)
        var bytes = writer.start(certificates: certificates, evidence: evidence)
        for block in blocks { bytes += try writer.add(block) }
        return try folder.write(name, bytes + writer.finish())
    }

    private func verify(_ files: [String], genesis: Genesis? = nil) async throws -> VerificationReport {
        try await Verification(genesis: genesis ?? chain.genesis, jobs: 2).run { verifier throws(SourceStop) in
            try ExportSource.open(files, verifier)
        }
    }

    private func rule(_ file: String) async throws -> String? {
        try await verify([file]).verdict.violation?.finding.text.rule
    }

    // MARK: - Verifying

    @Test func anHonestExportHolds() async throws {
        let report = try await verify([try write(evidence: [try chain.evidence(against: 0)])])
        #expect(report.verdict == .sound)
        #expect(report.hash == chain.hash)
        #expect(report.store == nil)
    }

    /// Whatever is found in a file, the report says which bytes it is about: all of them.
    @Test func theReportNamesEachFileByTheDigestOfAllItsBytes() async throws {
        func inputs(_ files: [(name: String, path: String)]) throws -> [ReportInput] {
            try files.map { ReportInput($0.name, try folder.bytes($0.path)) }
        }
        let whole = ("export of blocks 1 to 5", try write())
        #expect(try await verify([whole.1]).inputs == inputs([whole]))
        let finer = ("export of blocks 1 to 5", try write("finer", segmentBlocks: 1))
        #expect(try await verify([finer.1]).inputs == inputs([finer]))
        #expect(try inputs([finer]) != inputs([whole]))

        let low = ("export of blocks 1 to 3", try write("low", Array(chain.blocks.prefix(3))))
        let high = ("export of blocks 4 to 5", try write("high", Array(chain.blocks.dropFirst(3))))
        #expect(try await verify([high.1, low.1]).inputs == inputs([low, high]))

        let cut = (whole.0, try folder.write("cut", Array(try folder.bytes(whole.1).dropLast(40))))
        #expect(try await verify([cut.1]).inputs == inputs([cut]))

        let light = Verification(genesis: chain.genesis, jobs: 2, depth: .light)
        let report = try await light.run { (verifier) throws(SourceStop) in
            try ExportSource.open([whole.1], verifier)
        }
        #expect(try report.inputs == inputs([whole]))

        // Damaged in its first block, and of other bytes behind.
        for last in 1...2 as ClosedRange<UInt8> {
            var bytes = try folder.bytes(whole.1)
            bytes[bytes.count / 2] ^= 1
            bytes[bytes.count - 1] ^= last
            let changed = (whole.0, try folder.write("changed-\(last)", bytes))
            let report = try await verify([changed.1])
            #expect(report.exitStatus == .damaged)
            #expect(try report.inputs == inputs([changed]))
        }
    }

    @Test func severalFilesAreOneChainInAnyOrder() async throws {
        let low = try write("low", Array(chain.blocks.prefix(3)))
        let high = try write("high", Array(chain.blocks.dropFirst(3)))
        #expect(try await verify([high, low]).verdict == .sound)
        let missing = VerificationFailure.export(
            .doesNotFollow(path: high, expected: Height(1), found: Height(4))
        )
        await #expect(throws: missing) { try await verify([high]) }
        await #expect(throws: VerificationFailure.self) { try await verify([low, low]) }
    }

    @Test func anotherNetworkIsRefused() async throws {
        let file = try write()
        let other = try TestChain(validators: 3)
        let failure = VerificationFailure.export(
            .otherNetwork(path: file, found: chain.network, wanted: other.network)
        )
        await #expect(throws: failure) { try await verify([file], genesis: other.genesis) }
    }

    @Test func aFileThatIsNoExportIsRefused() async throws {
        let file = try folder.write("other", Array("something else altogether".utf8))
        await #expect(throws: VerificationFailure.export(.notAnExport(path: file))) { try await verify([file]) }
    }

    @Test func aCutFileIsIncompleteAndSaysUpToWhere() async throws {
        let file = try write(segmentBlocks: 1)
        let bytes = try folder.bytes(file)
        let cut = try folder.write("cut", Array(bytes.dropLast(40)))
        let end = Height(5)
        #expect(try await verify([cut]).verdict == .incomplete([.exportCutOff(last: end, promised: end)]))
    }

    @Test func whatTheRecordsSayOfTheBlocksIsComparedWithThem() async throws {
        let honest = try records(try folder.bytes(try write()))
        let header = try ExportHeader(decodingAll: honest[0].content)
        var changed = honest
        changed[0].content = ExportHeader(
            genesis: header.genesis,
            first: header.first,
            last: header.last,
            parent: chain.hash,
            segmentBlocks: header.segmentBlocks
        ).encoded()
        #expect(try await rule(try folder.write("parent", sealed(changed))) == "export.parent")

        changed = honest
        // The number of payments follows heights and transactions.
        let segment = try #require(changed.firstIndex { $0.kind == ExportKind.segment.rawValue })
        changed[segment].content[24] += 1
        let segments = changed.filter { $0.kind == ExportKind.segment.rawValue }.map { Merkle.leafHash($0.content) }
        changed[changed.count - 1].content.replaceSubrange(80..<112, with: Merkle.root(leafHashes: segments).bytes)
        #expect(try await rule(try folder.write("segment", sealed(changed))) == "export.segment")

        changed = honest
        changed[changed.count - 1].content[16] += 1
        #expect(try await rule(try folder.write("manifest", sealed(changed))) == "export.manifest")
    }

    private struct Record {
        let kind: UInt8
        var content: [UInt8]
    }

    private func records(_ bytes: [UInt8]) throws -> [Record] {
        var rest = bytes.dropFirst(ExportFormat.magic.count)
        var records: [Record] = []
        while let kind = rest.first {
            let length = rest.dropFirst().prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            records.append(Record(kind: kind, content: Array(rest.dropFirst(5).prefix(length))))
            rest = rest.dropFirst(5 + length + 32)
        }
        return records
    }

    /// Records with the checks that a writer would give them.
    private func sealed(_ records: [Record]) -> [UInt8] {
        var bytes = ExportFormat.magic
        var check = SHA256.hash(bytes)
        for record in records {
            var writer = WireWriter()
            writer.write(record.kind)
            writer.write(UInt32(record.content.count))
            writer.write(raw: record.content)
            check = SHA256.hash(check.bytes + writer.bytes)
            bytes += writer.bytes + check.bytes
        }
        return bytes
    }

    @Test func aBlockChangedAndHashedAnewIsFoundByTheRules() async throws {
        let forged = chain.sign(
            chain.blocks[0].block.transactions[0].transaction,
            by: chain.payers[1]
        )
        let block = Block(
            header: chain.blocks[0].block.header,
            network: chain.network,
            transactions: [forged],
            evidence: []
        )
        var blocks = chain.blocks
        blocks[0] = JustifiedBlock(block: block, justification: blocks[0].justification)
        #expect(try await rule(try write("forged", blocks)) == "header.transactionsRoot")
    }

    @Test func aCertificateBesideTheChainMustHoldAndNotContradictIt() async throws {
        let final = chain.blocks[4].justification.certificate
        let signed = chain.nullification(final.view)
        #expect(try await rule(try write("conflict", certificates: [signed])) == "conflict")
        let forged = Certificate(
            body: .nullify(epoch: .zero, view: View(91)),
            signers: signed.signers,
            signatures: signed.signatures
        )
        #expect(try await rule(try write("forged", certificates: [forged])) == "export.signature")
    }

    // MARK: - Importing

    private func makeReady(_ home: TestHome) throws {
        home.close()
        try Data(chain.genesis.json(pretty: true).utf8).write(to: URL(fileURLWithPath: home.path + "/genesis.json"))
    }

    @Test func anImportedHomeHoldsAndGoesOn() async throws {
        let home = try TestHome(chain)
        try makeReady(home)
        let outcome = try await ChainImport(home: home.path, genesis: chain.genesis, jobs: 2).run([try write()])
        #expect((outcome.height, outcome.hash) == (Height(5), chain.hash))
        #expect(outcome.setAside == home.path + "/data.aside-1")
        #expect(try await home.verify().verdict == .sound)

        let store = try ChainStore.open(home: home.path, genesis: chain.genesis)
        var longer = chain
        #expect(try store.load().ledger.head == longer.ledger.head)
        let next = try longer.next([longer.payment(from: 0, to: longer.account(1), amount: 5)])
        let delta = try longer.ledger.execute(
            next.block.transactions,
            at: next.block.time,
            payoutTo: chain.rules.payoutAccounts
        )
        try store.store(blocks: [(next.block, next.justification.view)])
        try store.commit([FinalBlock(block: next, bodyView: next.justification.view, delta: delta)])
        #expect(try await home.verify().height == Height(6))
    }

    @Test func aHomeWithAnOlderPartOfTheChainIsSetAside() async throws {
        let home = try TestHome(chain)
        try home.commit(Array(chain.blocks.prefix(2)))
        try makeReady(home)
        _ = try await ChainImport(home: home.path, genesis: chain.genesis, jobs: 2).run([try write()])
        let report = try await home.verify()
        #expect(report.verdict == .sound)
        #expect(report.height == Height(5))
    }

    @Test func nothingIsImportedOverANewerOrAnotherChain() async throws {
        let home = try TestHome(chain)
        try home.commit(chain.blocks)
        try makeReady(home)
        let low = try write("low", Array(chain.blocks.prefix(4)))
        await #expect(throws: ImportFailure.self) {
            try await ChainImport(home: home.path, genesis: chain.genesis, jobs: 2).run([low])
        }
        var other = try TestChain(validators: 4)
        for _ in 0..<6 { try other.append(try other.next([])) }
        let fork = try write("fork", other.blocks)
        let twoChains = ImportFailure.otherChain(
            height: Height(5),
            own: chain.hash,
            exported: other.blocks[4].block.hash
        )
        await #expect(throws: twoChains) {
            try await ChainImport(home: home.path, genesis: chain.genesis, jobs: 2).run([fork])
        }
        #expect(try await home.verify().hash == chain.hash)
        #expect(!FileManager.default.fileExists(atPath: home.path + "/import"))
    }

    @Test func whatDoesNotHoldIsNotImported() async throws {
        let home = try TestHome(chain)
        try makeReady(home)
        let honest = try folder.bytes(try write())
        let cut = try folder.write("cut", Array(honest.dropLast(40)))
        let failure = await #expect(throws: ImportFailure.self) {
            try await ChainImport(home: home.path, genesis: chain.genesis, jobs: 2).run([cut])
        }
        guard case .notSound(let report) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(report.exitStatus == .incomplete)
        #expect(try await home.verify().height == .zero)
    }

    @Test func aHomeInUseIsLeftAlone() async throws {
        let home = try TestHome(chain)
        let file = try write()
        await #expect(throws: ImportFailure.storage(.locked(path: home.path))) {
            try await ChainImport(home: home.path, genesis: chain.genesis, jobs: 2).run([file])
        }
    }

    // MARK: - Tables

    private func writeTables(_ format: TableFormat, end: Height? = nil) async throws -> String {
        let file = try write("for-\(format)")
        let directory = folder.path + "/\(format)"
        let writing = try TableWriting(directory, format: format)
        let report = try await Verification(genesis: chain.genesis, jobs: 2).run { verifier throws(SourceStop) in
            let (source, loose) = try ExportSource.open([file], verifier)
            return (try TablesSource(source, verifier, format: format, end: end, sink: writing), loose)
        }
        #expect(report.verdict == .sound)
        return directory
    }

    private func compare(_ directory: String) async throws -> VerificationReport {
        let file = try write("compared")
        return try await Verification(genesis: chain.genesis, jobs: 2).run { verifier throws(SourceStop) in
            let (source, loose) = try ExportSource.open([file], verifier)
            return (try TablesSource(source, verifier, comparing: directory), loose)
        }
    }

    @Test(arguments: TableFormat.allCases) func tablesAreMadeAgainByteForByte(format: TableFormat) async throws {
        let directory = try await writeTables(format)
        #expect(try await compare(directory).verdict == .sound)
    }

    @Test func theReportNamesEachTableByItsDigest() async throws {
        let directory = try await writeTables(.csv)
        func tables() throws -> [ReportInput] {
            try (Table.allCases.map { $0.fileName(.csv) } + ["manifest.json"])
                .map { ReportInput("table \($0)", try folder.bytes(directory + "/" + $0)) }
        }
        #expect(try await compare(directory).inputs.dropFirst().elementsEqual(tables()))
        let path = directory + "/payments.csv"
        let honest = try folder.bytes(path)
        // Found at its beginning, and different behind.
        for last in 1...2 as ClosedRange<UInt8> {
            var changed = honest
            changed[changed.count / 2] ^= 1
            changed[changed.count - 2] ^= last
            try Data(changed).write(to: URL(fileURLWithPath: path))
            let report = try await compare(directory)
            #expect(report.exitStatus == .damaged)
            #expect(try report.inputs.dropFirst().elementsEqual(tables()))
        }
    }

    @Test func tablesOfAnOlderBlockHoldAgainstALongerChain() async throws {
        let directory = try await writeTables(.csv, end: Height(3))
        #expect(try await compare(directory).verdict == .sound)
    }

    @Test func theLastRowsLeadToTheBalances() async throws {
        let directory = try await writeTables(.csv)
        let rows = { (name: String) in
            try String(contentsOfFile: "\(directory)/\(name).csv", encoding: .utf8).split(separator: "\n").dropFirst()
                .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        }
        var balances: [String: UInt64] = [:]
        for account in try rows("accounts") { balances[account[1]] = try number(account[2]) }
        for payment in try rows("payments") {
            let (amount, fee) = (try number(payment[7]), try number(payment[8]))
            balances[payment[5], default: 0] -= amount + fee
            balances[payment[6], default: 0] += amount
            #expect(payment[12] == String(try #require(balances[payment[6]])))
        }
        for payout in try rows("payouts") {
            balances[payout[3], default: 0] += try number(payout[4])
            #expect(payout[5] == String(try #require(balances[payout[3]])))
        }
        // The pool, account 0, gets the fees and pays the validators; all others come from their rows.
        for account in try rows("accounts").dropFirst() {
            #expect(account[3] == String(try #require(balances[account[1]])))
        }
        #expect(try rows("payments").count == 4)
        #expect(try rows("payments").contains { $0[9] == "010203" && $0[10].isEmpty })
    }

    @Test func everyChangedByteOfATableIsFound() async throws {
        let directory = try await writeTables(.csv)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            let path = directory + "/" + name
            let honest = try folder.bytes(path)
            for position in stride(from: 0, to: honest.count, by: 37) {
                var changed = honest
                changed[position] ^= 1
                try Data(changed).write(to: URL(fileURLWithPath: path))
                #expect(await isFound(directory), "byte \(position) of \(name)")
            }
            for changed in [Array(honest.dropLast()), honest + [UInt8(ascii: "\n")]] {
                try Data(changed).write(to: URL(fileURLWithPath: path))
                #expect(await isFound(directory), "\(changed.count) bytes of \(name)")
            }
            try Data(honest).write(to: URL(fileURLWithPath: path))
        }
        #expect(await !isFound(directory))
    }

    private func number(_ text: String) throws -> UInt64 {
        let number: UInt64? = UInt64(text)
        return try #require(number)
    }

    private func isFound(_ directory: String) async -> Bool {
        do { return try await compare(directory).verdict != .sound } catch { return true }
    }
}

/// A directory of its own, removed with the test.
final class TestFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/farthing-export-\(UUID())"

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }

    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
}

import ChainCore
import Foundation
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// A chain that is checked in: whatever changes a byte of a block, an id, a fee or a root changes files that a reviewer sees.
///
/// `FARTHING_RECORD=1` writes the files anew. Old bytes that stop being readable are a break of the format (spec 2.1, 8).
@Suite struct GoldenChainTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Vectors/Chain")
    private static let isRecording = ProcessInfo.processInfo.environment["FARTHING_RECORD"] == "1"

    private static func recorded(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test func theScriptMakesTheBytesThatAreCheckedIn() throws {
        let golden = try GoldenChain()
        let export = try golden.export()
        let files = [
            ("genesis.json", Array(golden.chain.genesis.json(pretty: true).utf8)),
            ("chain.export", export),
            ("chain.txt", Array(try GoldenChainText(golden, export: export).text.utf8)),
        ]
        for (name, bytes) in files {
            if Self.isRecording {
                try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
                try Data(bytes).write(to: Self.folder.appendingPathComponent(name))
            }
            #expect(try Self.recorded(name) == bytes, "\(name) has changed: FARTHING_RECORD=1 writes it anew")
        }
    }

    @Test func whatIsCheckedInIsReadAndHolds() throws {
        let genesis = try Genesis(json: try Self.recorded("genesis.json"))
        var reader = ExportReader()
        reader.feed(try Self.recorded("chain.export"))
        var blocks: [JustifiedBlock] = []
        var loose: [ExportItem] = []
        while let item = try reader.next() {
            switch item {
            case .block(let block): blocks.append(try block.decoded(network: genesis.networkID))
            case .certificate, .evidence: loose.append(item)
            case .header(let header): #expect(header.genesis == genesis)
            case .segment, .manifest: break
            }
        }
        try reader.end()
        #expect(loose.count == 3)

        let chain = try GoldenChain().chain
        let certificates = loose.compactMap { if case .certificate(let certificate) = $0 { certificate } else { nil } }
        let report = chain.report(of: blocks, loose: certificates)
        #expect(report.verdict == .sound)
        #expect(report.network == genesis.networkID)
        #expect(report.height == Height(10))
        #expect(report.hash == blocks.last?.block.hash)
        // What the chain is there to show; a script that loses one of these is no longer worth its file.
        #expect(report.tally.views == ViewTally(finalized: 8, notarized: 2, nullified: 3))
        #expect(report.tally.payments == 1 + 4 + 2 + 1 + 1 + 400 + 1 + 1)
        #expect(report.tally.evidence.map(\.height) == [Height(7)])
        #expect(report.tally.payouts > 0)
        #expect(report.tally.prices == 23...200)
        #expect(blocks.filter { $0.block.transactions.isEmpty }.map(\.block.height) == [Height(4), Height(7)])
        #expect(blocks.contains { $0.block.transactions.contains { $0.signed.transaction.payments.count > 1 } })
    }
}

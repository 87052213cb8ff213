import ArgumentParser
import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "What shows a misdeed of validators: list it, or decide it without asking anybody",
        subcommands: [EvidenceList.self, EvidenceCheckCommand.self]
    )
}

struct EvidenceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the evidence that a node knows, or that lies in a home",
        discussion: "A home is read as a copy, so its node may go on running."
    )

    @Option(help: ArgumentHelp("Read a node's directory instead of asking a node; needs --genesis", valueName: "dir"))
    var home: String?

    @Option(help: ArgumentHelp("The genesis file that you trust; with it each piece is checked", valueName: "file"))
    var genesis: String?

    @Option(help: ArgumentHelp("Also write each piece to a new file in this new directory", valueName: "dir"))
    var output: String?

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard home == nil || genesis != nil else { throw ValidationError("--home needs --genesis") }
        guard home == nil || node.url == nil else { throw ValidationError("give either --home or --url, not both") }
    }

    func run() async throws {
        let trusted = try genesis.map { path throws(CommandFailure) in
            try running { () throws(HomeError) in try Home.genesis(at: path) }
        }
        let files: [EvidenceFile]
        if let home, let trusted {
            files = try Self.files(in: home, genesis: trusted)
        } else {
            files = try await ask()
        }
        if let trusted { for file in files { try check(file, trusted) } }
        if let output { try EvidenceFolder.write(files, to: output) }
        if format.json {
            try Console.output(.array(files.map(\.json)))
        } else if files.isEmpty {
            Console.say("there is no evidence")
        } else {
            for file in files { try Console.output(file.line) }
        }
    }

    private func ask() async throws(CommandFailure) -> [EvidenceFile] {
        let client = try node.client()
        return try await calling { () throws(RPCClientError) in try await client.evidence() }.known.map(\.file)
    }

    /// What stands on the chain, what waits for a block, and certificates that lie beside the chain and contradict each other.
    private static func files(in home: String, genesis: Genesis) throws(CommandFailure) -> [EvidenceFile] {
        let network = genesis.networkID
        return try running { () throws(StorageError) in
            let store = try ChainStore.openCopy(of: home, genesis: genesis)
            var files = try store.evidence().map { EvidenceFile(network: network, content: .votes($0)) }
            let waiting = try store.waitingCertificates().map { $0.certificate }
            for (position, one) in waiting.enumerated() {
                for other in waiting.dropFirst(position + 1) {
                    let conflict = CertificateConflict(one, other, validatorCount: genesis.validators.count)
                    if let conflict { files.append(conflict.file(network: network)) }
                }
            }
            return files
        }
    }

    private func check(_ file: EvidenceFile, _ genesis: Genesis) throws(CommandFailure) {
        do throws(EvidenceFileFault) {
            _ = try EvidenceCheck.facts(of: file, genesis: genesis, scheme: StrictEd25519())
        } catch {
            throw CommandFailure(.damaged, "a piece of evidence does not hold (\(file.line)). \(error.sentence)")
        }
    }
}

/// A new directory with a file for each piece of evidence, `evidence-1.json` the first.
enum EvidenceFolder {
    static func write(_ files: [EvidenceFile], to folder: String) throws(CommandFailure) {
        try NewProofFile.checkIsFree(folder)
        try running { () throws(FileError) in
            try PosixPath.makeDirectory(folder)
            for (number, file) in files.enumerated() {
                try PosixPath.create("\(folder)/evidence-\(number + 1).json", file.json.prettyBytes, mode: 0o644)
            }
        }
    }
}

struct EvidenceCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decide evidence with the genesis file alone",
        discussion: "Asks no node. Ends with 0 if it shows a misdeed, with 3 if it shows none."
    )

    @Argument(help: ArgumentHelp("The evidence; - is standard input", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: self.genesis) }
        let evidence = try read()
        let facts: EvidenceFacts
        do throws(EvidenceFileFault) {
            facts = try EvidenceCheck.facts(of: evidence, genesis: genesis, scheme: StrictEd25519())
        } catch {
            if format.json { try Console.output(["good": false, "why": .string(error.sentence)]) }
            throw CommandFailure(.damaged, "\(file) shows no misdeed. \(error.sentence)")
        }
        if format.json {
            try Console.output(facts.json)
        } else {
            for line in facts.lines(count: genesis.validators.count) { try Console.output(line) }
        }
    }

    private func read() throws(CommandFailure) -> EvidenceFile {
        let json = try InputFile.json(try InputFile.bytes(of: file, limit: 64 << 20), of: file)
        do throws(JSONReadError) {
            return try EvidenceFile(JSONReader(json))
        } catch {
            throw CommandFailure(.badInput, "\(file): \(error). `farthing evidence list --output` writes such files")
        }
    }
}

extension EvidenceFile {
    /// What it claims, unchecked, on one line.
    fileprivate var line: String {
        switch content {
        case .votes(let evidence):
            "validator \(evidence.signer) in view \(evidence.view): \(evidence.first.body.words) and "
                + evidence.second.body.words
        case .certificates(let one, let other):
            "certificates of view \(one.view): \(one.body.words) and \(other.body.words)"
        }
    }
}

extension EvidenceFacts {
    fileprivate func lines(count: Int) -> [String] {
        let claim = "in view \(view): \(first.words); and \(second.words)"
        guard !culprits.isEmpty else {
            return [
                Console.paint("holds", .green) + "      two certificates that can't both be, \(claim)",
                "culprits   a third or more of the \(count) validators; these two certificates don't tell which",
            ]
        }
        let who = culprits.count == 1 ? "one validator" : "the same \(culprits.count) validators"
        return [Console.paint("holds", .green) + "      \(who) signed both, \(claim)"]
            + culprits.map {
                "culprit    \($0.validator.name) (validator \($0.index), key \($0.validator.consensusKey))"
            }
    }

    fileprivate var json: JSON {
        [
            "good": true, "epoch": .decimal(epoch.number), "view": .decimal(view.number),
            "first": .string(first.words), "second": .string(second.words),
            "culprits": .array(
                culprits.map {
                    [
                        "index": .integer(Int($0.index)), "name": .string($0.validator.name),
                        "consensusKey": .string($0.validator.consensusKey.hex),
                    ]
                }
            ),
        ]
    }
}

extension VoteBody {
    /// The vote in words.
    fileprivate var words: String {
        switch self {
        case .notarize(_, _, let parent, let block): "notarize block \(block) on view \(parent)"
        case .nullify: "nullify"
        case .finalize(_, _, let parent, let block): "finalize block \(block) on view \(parent)"
        }
    }
}

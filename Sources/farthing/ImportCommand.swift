import ArgumentParser
import ChainCore
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make the chain of a stopped node from an export, after verifying all of it",
        discussion: """
            For a home that farthing node init or network create made, and whose node is stopped. Everything is recomputed, as farthing \
            verify does it; only a chain that holds takes the place of the home's, which is set aside. The vote log stays in force.
            """
    )

    @Option(
        help: ArgumentHelp(
            "An export of the chain; repeatable when the chain lies in several files",
            valueName: "file"
        )
    )
    var export: [String]

    @Option(help: ArgumentHelp("The node's directory", valueName: "dir"))
    var home: String

    @Option(help: ArgumentHelp("How many blocks to check at once; all processors if left out", valueName: "n"))
    var jobs: Int?

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard jobs.map({ (1...1_024).contains($0) }) ?? true else {
            throw ValidationError("--jobs: expected 1 to 1024")
        }
    }

    func run() async throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: Home.genesisPath(self.home)) }
        var progress = ProgressLines()
        defer { progress.end() }
        let outcome: ChainImport.Outcome
        do throws(ImportFailure) {
            outcome = try await ChainImport(home: home, genesis: genesis, jobs: jobs ?? VerifyCommand.processorCount)
                .run(export) { progress.show($0) }
        } catch {
            progress.end()
            throw error.failure(home: home)
        }
        progress.end()
        if format.json {
            try Console.output([
                "home": .string(home), "height": .decimal(outcome.height.number), "block": .string(outcome.hash.hex),
                "setAside": outcome.setAside.map { .string($0) } ?? .null,
            ])
            return
        }
        try Console.output("imported   blocks 1 to \(outcome.height), \(outcome.hash)")
        if let setAside = outcome.setAside { try Console.output("set aside  \(setAside)") }
        try Console.output("next       farthing node start --home \(home)")
    }
}

extension ImportFailure {
    func failure(home: String) -> CommandFailure {
        switch self {
        case .verification(let failure): failure.failure(home: home)
        case .storage(let error): CommandFailure(error, home: home)
        case .notSound(let report):
            CommandFailure(
                report.exitStatus,
                "nothing was imported: the export does not hold.\n"
                    + report.text.split(separator: "\n").prefix(8)
                    .joined(separator: "\n")
            )
        case .nothingNewer(let tip, let last):
            CommandFailure(
                .refused,
                "nothing was imported: \(home) has blocks up to \(tip) already, the export ends at \(last)"
            )
        case .otherChain(let height, let own, let exported):
            CommandFailure(
                .refused,
                "nothing was imported: block \(height) is \(own) in \(home), and \(exported) in the export. "
                    + "These are two chains: keep both, and compare with other operators"
            )
        }
    }
}

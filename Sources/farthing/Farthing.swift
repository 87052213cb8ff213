import ArgumentParser
import Glibc
import NodeRuntime

/// The one executable: a node, its clients and its auditor.
@main
struct Farthing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing",
        abstract: "Settles micropayments among operators who need not trust one another",
        discussion: "Data goes to standard output, everything else to standard error.\n\nExit codes:\n"
            + ExitStatus.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"),
        version: Version.text,
        subcommands: [VersionCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Operator",
                subcommands: [
                    NetworkCommand.self, GenesisCommand.self, NodeCommand.self, StatusCommand.self, DoctorCommand.self,
                    ConfigCommand.self, LoadCommand.self, SimulateCommand.self,
                ]
            ),
            CommandGroup(
                name: "Client",
                subcommands: [
                    KeysCommand.self, PayCommand.self, TransactionCommand.self, AccountCommand.self, BlockCommand.self,
                    EventsCommand.self, RawCallCommand.self,
                ]
            ),
            CommandGroup(
                name: "Auditor",
                subcommands: [
                    VerifyCommand.self, ExportCommand.self, ImportCommand.self, ReceiptCommand.self,
                    ProofCommand.self, CheckpointCommand.self, EvidenceCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        // A reader that goes away, such as `head`, ends the output; it must not end a node.
        _ = signal(SIGPIPE, SIG_IGN)
        FatalSignals.explain()
        do {
            var command = try parseAsRoot()
            // A node ends in order, which takes longer.
            if !(command is NodeStart) { Interruption.cleanUp() }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Console.complain(failure)
            Glibc.exit(failure.status.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

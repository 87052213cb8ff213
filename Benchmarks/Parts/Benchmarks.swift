import ArgumentParser
import Primitives
import StrictJSON

/// The parts of `Scripts/bench` that are measured in one process; each command prints one JSON object on one line.
///
/// Times are processor time, user and system, in nanoseconds, unless a name says `wall`. A digest of what was computed goes
/// with every figure: nothing is optimised away, and rounds that computed something else are seen.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measures parts of Farthing in one process; Scripts/bench runs it",
        subcommands: [Bare.self, Chain.self, Accounts.self, Batches.self, Worlds.self]
    )
}

/// Prints a command's figures.
func report(_ figures: JSON) { print(figures.text) }

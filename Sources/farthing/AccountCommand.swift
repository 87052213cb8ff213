import ArgumentParser

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Ask a node about an account",
        subcommands: [AccountGet.self]
    )
}

import ArgumentParser

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Ask a node for an account's balance or history",
        subcommands: [AccountGet.self, AccountHistory.self]
    )
}

import ArgumentParser

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make and show keys",
        discussion: "Key files are PKCS#8 PEM, which `openssl pkey` reads and writes as well.",
        subcommands: [KeysNew.self, KeysShow.self]
    )
}

import ArgumentParser
import LevelDBStorage
import NodeRuntime

struct NodeRefetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refetch",
        abstract: "Set a node's stored chain aside and begin a new one, which its peers fill again",
        discussion: """
            For a chain that is damaged or lost (spec 3.7). The node must be stopped. Nothing is deleted: the old data stays \
            beside the new. The vote log stays in force, so the node signs again only once it has caught up with every block \
            that it voted for. A network of one validator has no peers to fetch from: restore `data` from a backup there.
            """
    )

    @Option(help: ArgumentHelp("The node's home", valueName: "dir"))
    var home: String

    func run() throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: Home.genesisPath(self.home)) }
        let setAside = try running { () throws(StorageError) in
            try ChainStore.refetch(home: self.home, genesis: genesis).setAside
        }
        try Console.output("set aside  \(setAside ?? "nothing: there was no data")")
        try Console.output("next       farthing node start --home \(home)")
    }
}

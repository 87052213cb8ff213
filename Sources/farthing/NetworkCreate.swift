import ArgumentParser
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON

struct NetworkCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a ready federation: genesis, a home for each validator, keys, accounts to pay from",
        discussion: """
            Each home is a directory node-1, node-2 … with everything that `farthing node start --home` needs. \
            `accounts/` holds the keys of the accounts that genesis gives money to.
            """
    )

    @Option(help: ArgumentHelp("How many validators", valueName: "n"))
    var validators = 4

    @Option(help: ArgumentHelp("Where to make it: a directory that is empty or not there yet", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("The address that all nodes listen at", valueName: "host"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The first node's port for peers; the others take the next ones", valueName: "port"))
    var peerPort = 8601

    @Option(help: ArgumentHelp("The first node's port for clients; the others take the next ones", valueName: "port"))
    var rpcPort = 8645

    @Option(help: ArgumentHelp("How many nodes to make that follow and do not vote", valueName: "n"))
    var followers = 0

    @Option(help: ArgumentHelp("How many accounts to make besides the treasury", valueName: "n"))
    var accounts = 2

    @Option(help: ArgumentHelp("How many accounts to make for `farthing load`", valueName: "n"))
    var loadAccounts = 0

    @Flag(
        help: ArgumentHelp(
            "Make it for containers: homes that find one another by service name, and a docker-compose.yml beside them"
        )
    )
    var compose = false

    @OptionGroup
    var rules: ParameterOptions

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard (1...100).contains(validators) else { throw ValidationError("--validators: expected 1 to 100") }
        guard (0...100).contains(followers) else { throw ValidationError("--followers: expected 0 to 100") }
        guard (0...1_000).contains(accounts) else { throw ValidationError("--accounts: expected 0 to 1000") }
        guard (0...1_000_000).contains(loadAccounts) else {
            throw ValidationError("--load-accounts: expected 0 to 1000000")
        }
        for (name, port) in [("--peer-port", peerPort), ("--rpc-port", rpcPort)] {
            guard port >= 1, port + nodeCount <= 65_536 else {
                throw ValidationError("\(name): expected a port that leaves room for \(nodeCount) nodes")
            }
        }
        guard peerPort + validators <= rpcPort || rpcPort + nodeCount <= peerPort else {
            throw ValidationError("--peer-port and --rpc-port: the ports of \(nodeCount) nodes would overlap")
        }
        guard !compose || followers == 0 else {
            throw ValidationError("--followers: containers are for validators only")
        }
        guard HostAndPort(text: "\(host.contains(":") ? "[\(host)]" : host):1") != nil else {
            throw ValidationError("--host: expected a name or an address")
        }
        guard !compose || composeFile != nil else {
            throw ValidationError("--compose: expected an --output whose last part is a name of letters, digits, - _ .")
        }
    }

    func run() throws {
        let parameters = try rules.parameters(validators: validators, prefix: Parameters.defaults.accountPrefix)
        let composeFile = compose ? composeFile : nil
        _ = try composeFile?.isThere()
        try makeOutput()
        let federation = try Federation(
            validators: validators,
            followers: (0..<followers).map { HostAndPort(host: host, port: rpcPort + validators + $0) },
            accounts: accounts,
            loadAccounts: loadAccounts,
            parameters: parameters,
            time: SystemClock.wall,
            addresses: { index in
                compose
                    ? .container(service: Federation.nodeName(index), publishedPort: rpcPort + index)
                    : .process(host: host, peerPort: peerPort + index, rpcPort: rpcPort + index)
            }
        )
        try federation.write(to: output)
        try composeFile?.write()
        warn(federation)
        try format.json ? Console.output(federation.json(in: output)) : print(federation)
    }

    private var nodeCount: Int { validators + followers }

    private var composeFile: ComposeFile? {
        ComposeFile(output: output, nodes: (0..<validators).map { (Federation.nodeName($0), rpcPort + $0) })
    }

    private func makeOutput() throws(CommandFailure) {
        let isEmpty = try running { () throws(FileError) in
            if try PosixPath.exists(output) { return try PosixPath.names(in: output).isEmpty }
            try PosixPath.makeDirectory(output)
            return true
        }
        guard isEmpty else {
            throw CommandFailure(.badInput, "\(output) is not empty: nothing was written. Choose another directory")
        }
    }

    private func warn(_ federation: Federation) {
        if rules.monthlyCost != nil {
            for remark in federation.genesis.parameters.remarks { Console.say(remark) }
        }
        Console.say("The keys are not encrypted: whoever can read these directories can sign for them.")
        if (2...3).contains(validators) {
            Console.say(
                "With \(validators) validators the network stops whenever any one node stops; from 4 on it goes on."
            )
        }
    }

    private func print(_ federation: Federation) throws(CommandFailure) {
        try Console.output("network    \(federation.genesis.networkID)")
        for node in federation.nodes {
            let (rpc, peer) = (node.addresses.rpc, node.addresses.peer)
            try Console.output("node       \(output)/\(node.name)   http://\(rpc)   peers at \(peer)")
        }
        for follower in federation.followers {
            try Console.output("follower   \(output)/\(follower.name)   http://\(follower.rpc)")
        }
        for account in federation.accounts {
            let text = AccountID(account.key.publicKey).text(prefix: federation.genesis.parameters.accountPrefix)
            try Console.output("account    \(output)/\(federation.path(of: account))   \(text)")
        }
        if federation.loadSeed != nil {
            try Console.output("load       \(output)/\(Federation.seedPath)   \(loadAccounts) accounts")
        }
        if compose, let composeFile {
            let command = "docker compose --file \(composeFile.path) up --detach"
            try Console.output("start      \(command)    # read its head first")
            return
        }
        try Console.output("start      farthing node start --home \(output)/node-1    # and the same for the others")
    }
}

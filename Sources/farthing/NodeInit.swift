import ArgumentParser
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON

struct NodeInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the home of a validator or of a follower ready to start, with the genesis file",
        discussion: """
            The home has keys/ from `farthing keys new --home`. This adds genesis.json, config.yaml, an empty chain and an empty \
            vote log: do it once, before the key has ever signed anything. --network is the network id that the operators \
            agreed on; another one is refused.

            With --follower the home is made for a node that keeps the chain and does not vote. It gets a node key, unencrypted, \
            which a validator's operator lists under peer.followers; --peer then names the validators that do, one or more.
            """
    )

    @OptionGroup
    var home: HomeOption

    @Option(help: ArgumentHelp("The genesis file", valueName: "file"))
    var genesis: String

    @Option(help: ArgumentHelp("The network id that the operators agreed on", valueName: "hash"))
    var network: String?

    @Option(help: ArgumentHelp("Where to reach another validator; repeatable", valueName: "name=host:port"))
    var peer: [String] = []

    @Option(help: ArgumentHelp("Where the other validators connect to", valueName: "host:port"))
    var peerListen = "0.0.0.0:8644"

    @Option(help: ArgumentHelp("Where clients are answered", valueName: "host:port"))
    var rpcListen = "127.0.0.1:8645"

    @Flag(help: "Make the home of a node that follows and does not vote")
    var follower = false

    @OptionGroup
    var passphrase: PassphraseOptions

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        for (name, text) in [("--peer-listen", peerListen), ("--rpc-listen", rpcListen)]
        where HostAndPort(text: text) == nil {
            throw ValidationError("\(name) \(text): expected a host and a port, such as 127.0.0.1:8645")
        }
        for text in peer where Self.pair(text) == nil {
            throw ValidationError("--peer \(text): expected name=host:port")
        }
    }

    func run() throws {
        let home = try home.path
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: self.genesis) }
        if let network, network != genesis.networkID.hex {
            throw CommandFailure(
                .refused,
                "\(self.genesis) begins the network \(genesis.networkID), not \(network): it is not the file that was agreed on"
            )
        }
        try follower ? initFollower(home, genesis) : initValidator(home, genesis)
    }

    private func initValidator(_ home: String, _ genesis: Genesis) throws {
        let key = try passphrase.key(at: Home.keyPath(home, .validator))
        guard let own = genesis.validators.first(where: { $0.consensusKey == key.publicKey }) else {
            throw CommandFailure(HomeError.notAValidator(path: Home.keyPath(home, .validator), key: key.publicKey))
        }
        let node = try passphrase.key(at: Home.keyPath(home, .node))
        guard own.nodeKey == node.publicKey else {
            let path = Home.keyPath(home, .node)
            throw CommandFailure(HomeError.otherNodeKey(path: path, found: node.publicKey, wanted: own.nodeKey))
        }
        guard let peerListen = HostAndPort(text: peerListen), let rpcListen = HostAndPort(text: rpcListen) else {
            preconditionFailure("validate() has looked at both addresses")
        }
        let others = try others(in: genesis, but: own)
        try requireUnmade(home)
        try NewHome(path: home, genesis: genesis).write(
            genesisText: Array(genesis.json(pretty: true).utf8),
            configuration: NewHome.configuration(name: own.name, peer: peerListen, rpc: rpcListen, others: others),
            key: key
        )
        if format.json {
            try Console.output([
                "home": .string(home), "name": .string(own.name), "network": .string(genesis.networkID.hex),
            ])
        } else {
            try Console.output("home       \(home), of \(own.name)")
            try Console.output("network    \(genesis.networkID)")
            try Console.output("next       farthing node start --home \(home)")
        }
    }

    private func initFollower(_ home: String, _ genesis: Genesis) throws {
        guard let rpcListen = HostAndPort(text: rpcListen) else {
            preconditionFailure("validate() has looked at the address")
        }
        let validators = peer.compactMap(Self.pair)
        for (name, _) in validators where !genesis.validators.contains(where: { $0.name == name }) {
            let names = genesis.validators.map(\.name).joined(separator: ", ")
            throw CommandFailure(.usage, "--peer \(name): genesis lists no such validator, only \(names)")
        }
        guard !validators.isEmpty else {
            throw CommandFailure(.usage, "whom to follow? Give --peer NAME=HOST:PORT for one validator or more")
        }
        try requireUnmade(home)
        let key = SigningKey.generate()
        try NewHome.makeFollower(
            home,
            genesis: genesis,
            key: key,
            configuration: NewHome.configuration(name: "follower", peer: nil, rpc: rpcListen, others: validators)
        )
        if format.json {
            try Console.output([
                "home": .string(home), "nodeKey": .string(key.publicKey.hex), "network": .string(genesis.networkID.hex),
            ])
        } else {
            let names = validators.map(\.name).joined(separator: ", ")
            try Console.output("home       \(home), of a follower")
            try Console.output("network    \(genesis.networkID)")
            try Console.output("node key   \(key.publicKey)")
            try Console.output("next       let \(names) list it, as peer.followers: NAME=\(key.publicKey)")
            try Console.output("then       farthing node start --home \(home)")
        }
    }

    private func requireUnmade(_ home: String) throws(CommandFailure) {
        for path in [Home.genesisPath(home), Home.configurationPath(home)] {
            guard try !running({ () throws(FileError) in try PosixPath.exists(path) }) else {
                throw CommandFailure(.configuration, "\(path) is there already: this home has been made ready before")
            }
        }
    }

    /// The address of every other validator; each must be given, and no other.
    private func others(
        in genesis: Genesis,
        but own: Validator
    ) throws(CommandFailure) -> [(name: String, address: HostAndPort)] {
        var given = peer.compactMap(Self.pair)
        var others: [(name: String, address: HostAndPort)] = []
        for validator in genesis.validators where validator.name != own.name {
            guard let index = given.firstIndex(where: { $0.name == validator.name }) else {
                throw CommandFailure(
                    .usage,
                    "where is \(validator.name)? Give --peer \(validator.name)=HOST:PORT for every other validator"
                )
            }
            others.append(given.remove(at: index))
        }
        if let surplus = given.first {
            let names = genesis.validators.map(\.name).filter { $0 != own.name }.joined(separator: ", ")
            throw CommandFailure(.usage, "--peer \(surplus.name): genesis lists no other such validator, only \(names)")
        }
        return others
    }

    private static func pair(_ text: String) -> (name: String, address: HostAndPort)? {
        guard let sign = text.lastIndex(of: "="),
            let address = HostAndPort(text: String(text[text.index(after: sign)...]))
        else { return nil }
        return (String(text[..<sign]), address)
    }
}

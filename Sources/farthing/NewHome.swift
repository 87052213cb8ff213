import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives

/// A node's directory that has its keys, and gets everything else that `node start` needs.
struct NewHome {
    let path: String
    let genesis: Genesis

    /// Writes genesis, configuration, vote log and store; nothing that is there already is written over.
    ///
    /// `key` is the one that votes; a follower has none, and no vote log.
    func write(genesisText: [UInt8], configuration: String, key: SigningKey?) throws(CommandFailure) {
        try running { () throws(FileError) in
            try PosixPath.create(Home.genesisPath(path), genesisText, mode: 0o644)
            try PosixPath.create(Home.configurationPath(path), Array(configuration.utf8), mode: 0o644)
        }
        // The vote log first: `format`, which makes the directory a home, is written by the store at the end.
        let electorate = Electorate(
            network: genesis.networkID,
            epoch: .zero,
            validators: ValidatorSet(genesis.validators)
        )
        try running { () throws(VoteLogError) in
            if let key { _ = try VoteLog.create(home: path, electorate: electorate, key: key) }
        }
        try running { () throws(StorageError) in
            _ = try ChainStore.create(home: path, genesis: genesis)
        }
    }

    /// Makes a follower's directory, with the one key that it has.
    static func makeFollower(
        _ path: String,
        genesis: Genesis,
        key: SigningKey,
        configuration: String
    ) throws(CommandFailure) {
        let keyPath = Home.keyPath(path, .node)
        try NewKeyFile.checkIsFree(keyPath)
        try running { () throws(FileError) in
            for folder in [path, Home.keysPath(path)] where try !PosixPath.exists(folder) {
                try PosixPath.makeDirectory(folder)
            }
        }
        try NewKeyFile.write(key, to: keyPath, passphrase: nil)
        try NewHome(path: path, genesis: genesis).write(
            genesisText: Array(genesis.json(pretty: true).utf8),
            configuration: configuration,
            key: nil
        )
    }

    /// A configuration file with a comment for each setting that most operators look at.
    ///
    /// `peer` is nil for a follower, which nobody dials.
    static func configuration(
        name: String,
        peer: HostAndPort?,
        rpc: HostAndPort,
        hostNames: String? = nil,
        others: [(name: String, address: HostAndPort)],
        followers: [FollowerEntry] = []
    ) -> String {
        let peers =
            others.isEmpty
            ? "" : "peers:\n" + others.map { "  \(quoted($0.name)): \"\($0.address)\"\n" }.joined() + "\n"
        let list = followers.map { "\($0.name)=\($0.nodeKey)" }.joined(separator: ", ")
        let listed = followers.isEmpty ? "" : "\n  # Who may follow.\n  followers: \"\(list)\""
        let listen = peer.map { "# Where the other validators connect to.\npeer:\n  listen: \"\($0)\"\(listed)\n\n" }
        let names = hostNames.map { "\n  hostNames: \"\($0)\"" } ?? ""
        return """
            # \(name.filter { !$0.isNewline }). A flag (--set rpc.listen=…) comes before the environment \
            (FARTHING_RPC_LISTEN=…), and that before
            # this file. Unknown keys are refused; `farthing config reference` lists all there are.

            \(listen ?? "")# Where to reach the validators, by their names in genesis.json.
            \(peers)# Where clients are answered. Keep it on loopback, or behind a proxy that speaks TLS.
            rpc:
              listen: "\(rpc)"\(names)

            # Level: trace, debug, info, notice, warning, error, critical, or by label: "consensus=debug,*=info".
            # Format: text or json.
            log:
              level: info
              format: text

            # lan: one machine or one local network; wan: continents.
            pace:
              preset: lan
              heartbeat: 60s

            # How much may wait to be put into a block.
            mempool:
              bytes: 64MiB

            """
    }

    /// A YAML key; JSON strings are YAML.
    private static func quoted(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "-")
        }
        return isPlain ? name : "\"" + name.flatMap { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" } + "\""
    }
}

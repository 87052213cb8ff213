import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives

// Secret files are made with mode 0600 from their first byte on; what others may know is readable by them.

extension Federation {
    /// Writes everything into an empty directory; each home's store and vote log are made, and closed again.
    func write(to output: String) throws(CommandFailure) {
        let text = Array(genesis.json(pretty: true).utf8)
        try files { () throws(FileError) in
            try PosixPath.create(output + "/genesis.json", text, mode: 0o644)
            try PosixPath.makeDirectory(output + "/accounts")
            for account in accounts {
                try PosixPath.create("\(output)/\(path(of: account))", Array(KeyFile.pem(for: account.key).utf8))
            }
            if let loadSeed { try PosixPath.create("\(output)/\(Self.seedPath)", loadSeed.text) }
        }
        for node in nodes { try write(node, to: "\(output)/\(node.name)", genesis: text) }
    }

    private func write(_ node: Node, to home: String, genesis text: [UInt8]) throws(CommandFailure) {
        try files { () throws(FileError) in
            try PosixPath.makeDirectory(home)
            try PosixPath.makeDirectory(Home.keysPath(home))
            for role in Home.KeyRole.allCases {
                guard let key = node.keys[role] else { preconditionFailure("a key was made for every role") }
                try PosixPath.create(Home.keyPath(home, role), Array(KeyFile.pem(for: key).utf8))
            }
            try PosixPath.create(Home.genesisPath(home), text, mode: 0o644)
            try PosixPath.create(Home.configurationPath(home), Array(configuration(of: node).utf8), mode: 0o644)
        }
        // The vote log first: `format`, which makes the directory a home, is written by the store at the end.
        guard let key = node.keys[.validator] else { preconditionFailure("a key was made for every role") }
        try running { () throws(VoteLogError) in
            _ = try VoteLog.create(home: home, electorate: electorate, key: key)
        }
        try running { () throws(StorageError) in
            _ = try ChainStore.create(home: home, genesis: genesis)
        }
    }

    private var electorate: Electorate {
        Electorate(network: genesis.networkID, epoch: .zero, validators: ValidatorSet(genesis.validators))
    }

    private func files(_ body: () throws(FileError) -> Void) throws(CommandFailure) {
        try running(body)
    }

    private func configuration(of node: Node) -> String {
        let others = nodes.filter { $0.name != node.name }
        return """
            # \(node.name). A flag (--set rpc.listen=…) comes before the environment (FARTHING_RPC_LISTEN=…), and that before
            # this file. Unknown keys are refused.

            # Where the other validators connect to.
            peer:
              listen: "\(node.peer)"

            # Where to reach them, by the names in genesis.json.
            peers:\(others.isEmpty ? " {}" : "")
            \(others.map { "  \($0.name): \"\($0.peer)\"\n" }.joined())
            # Where clients are answered. Keep it on loopback, or behind a proxy that speaks TLS.
            rpc:
              listen: "\(node.rpc)"

            # Level: trace, debug, info, notice, warning, error, critical. Format: text or json.
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
}

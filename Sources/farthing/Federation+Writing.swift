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
        for follower in followers {
            try NewHome.makeFollower(
                "\(output)/\(follower.name)",
                genesis: genesis,
                key: follower.key,
                configuration: NewHome.configuration(
                    name: follower.name,
                    peer: nil,
                    rpc: follower.rpc,
                    others: nodes.map { ($0.name, $0.addresses.peer) }
                )
            )
        }
    }

    private func write(_ node: Node, to home: String, genesis text: [UInt8]) throws(CommandFailure) {
        try files { () throws(FileError) in
            try PosixPath.makeDirectory(home)
            try PosixPath.makeDirectory(Home.keysPath(home))
            for role in Home.KeyRole.allCases {
                guard let key = node.keys[role] else { preconditionFailure("a key was made for every role") }
                try PosixPath.create(Home.keyPath(home, role), Array(KeyFile.pem(for: key).utf8))
            }
        }
        guard let key = node.keys[.validator] else { preconditionFailure("a key was made for every role") }
        try NewHome(path: home, genesis: genesis).write(
            genesisText: text,
            configuration: configuration(of: node),
            key: key
        )
    }

    private func files(_ body: () throws(FileError) -> Void) throws(CommandFailure) {
        try running(body)
    }

    private func configuration(of node: Node) -> String {
        NewHome.configuration(
            name: node.name,
            peer: node.addresses.peerListen,
            rpc: node.addresses.rpcListen,
            hostNames: node.addresses.hostNames,
            others: nodes.filter { $0.name != node.name }.map { ($0.name, $0.addresses.peer) },
            followers: followers.map(\.entry)
        )
    }
}

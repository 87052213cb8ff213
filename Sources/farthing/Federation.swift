import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON

/// A federation that is about to begin: its genesis and every secret of it.
struct Federation {
    struct Node {
        let name: String
        let keys: [Home.KeyRole: SigningKey]
        let addresses: NodeAddresses
    }

    struct Follower {
        let name: String
        let key: SigningKey
        let rpc: HostAndPort

        var entry: FollowerEntry { FollowerEntry(name: name, nodeKey: key.publicKey) }
    }

    struct Account {
        let name: String
        let key: SigningKey
        let balance: Amount
    }

    let genesis: Genesis
    /// In genesis's order: by consensus key.
    let nodes: [Node]
    /// Nodes that keep the chain and do not vote.
    let followers: [Follower]
    let accounts: [Account]
    let loadSeed: LoadSeed?

    static let seedPath = "accounts/load.seed"

    /// What each account begins with, in units.
    private static let treasury: UInt64 = 1_000_000
    private static let client: UInt64 = 1_000

    /// What the node of an index is called, in genesis, as a directory and as a service.
    static func nodeName(_ index: Int) -> String { "node-\(index + 1)" }

    /// Makes new keys for everybody; `addresses` says where the node of an index listens and is found, `followers` where
    /// each follower answers clients.
    init(
        validators: Int,
        followers: [HostAndPort] = [],
        accounts: Int,
        loadAccounts: Int,
        parameters: Parameters,
        time: Milliseconds,
        addresses: (Int) -> NodeAddresses
    ) throws(CommandFailure) {
        let keys = (0..<validators)
            .map { _ in
                Dictionary(uniqueKeysWithValues: Home.KeyRole.allCases.map { ($0, SigningKey.generate()) })
            }
            .sorted { Self.publicKey(.validator, of: $0) < Self.publicKey(.validator, of: $1) }
        nodes = keys.enumerated().map { index, keys in
            Node(name: Self.nodeName(index), keys: keys, addresses: addresses(index))
        }
        self.followers = followers.enumerated().map { index, rpc in
            Follower(name: "follower-\(index + 1)", key: .generate(), rpc: rpc)
        }
        let oneUnit: UInt64 = (0..<parameters.decimals).reduce(1) { factor, _ in factor * 10 }
        let (treasury, client) = (Amount(units: Self.treasury * oneUnit), Amount(units: Self.client * oneUnit))
        self.accounts =
            [Account(name: "treasury", key: .generate(), balance: treasury)]
            + (0..<accounts).map { Account(name: "client-\($0 + 1)", key: .generate(), balance: client) }
        let seed = loadAccounts > 0 ? LoadSeed.generate(accountCount: loadAccounts) : nil
        loadSeed = seed
        let first = self.accounts.map { GenesisAccount(id: AccountID($0.key.publicKey), balance: $0.balance) }
        let load = (0..<loadAccounts).compactMap { index in
            seed.map { GenesisAccount(id: AccountID($0.key(index).publicKey), balance: client) }
        }
        do throws(GenesisError) {
            genesis = try Genesis(
                parameters: parameters,
                time: time,
                accounts: first + load,
                validators: nodes.map(\.validator)
            )
        } catch {
            throw CommandFailure(.broken, "a new genesis breaks its own rules: \(error.path): \(error.reason)")
        }
    }

    static func publicKey(_ role: Home.KeyRole, of keys: [Home.KeyRole: SigningKey]) -> PublicKey {
        guard let key = keys[role] else { preconditionFailure("a key was made for every role") }
        return key.publicKey
    }

    func path(of account: Account) -> String { "accounts/\(account.name).pem" }

    func json(in output: String) -> JSON {
        let prefix = genesis.parameters.accountPrefix
        var object: JSONObject = [
            "network": .string(genesis.networkID.hex),
            "genesis": .string("\(output)/genesis.json"),
            "nodes": .array(
                nodes.map { node in
                    [
                        "name": .string(node.name), "home": .string("\(output)/\(node.name)"),
                        "peer": .string("\(node.addresses.peer)"), "url": .string("http://\(node.addresses.rpc)"),
                    ]
                }
            ),
            "followers": .array(
                followers.map { follower in
                    [
                        "name": .string(follower.name), "home": .string("\(output)/\(follower.name)"),
                        "url": .string("http://\(follower.rpc)"),
                    ]
                }
            ),
            "accounts": .array(
                accounts.map { account in
                    [
                        "account": .string(AccountID(account.key.publicKey).text(prefix: prefix)),
                        "key": .string("\(output)/\(path(of: account))"),
                    ]
                }
            ),
        ]
        object.append("loadSeed", ifPresent: loadSeed.map { _ in .string("\(output)/\(Self.seedPath)") })
        return .object(object)
    }
}

extension Federation.Node {
    var validator: Validator { Validator(name: name, keys: keys) }
}

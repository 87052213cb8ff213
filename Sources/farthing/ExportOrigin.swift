import ArgumentParser
import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import RPCClient

/// Where an export is taken from: a copy of a home, or a node that is asked.
///
/// What it says is copied, not judged: that is for whoever verifies the file.
enum ExportOrigin {
    case home(HomeOrigin)
    case node(NodeOrigin)

    /// The newest block there is.
    var last: Height {
        switch self {
        case .home(let home): home.last
        case .node(let node): node.last
        }
    }

    /// Some blocks from a height on, at least one and none above `to`.
    func blocks(from height: Height, to: Height) async throws(CommandFailure) -> [JustifiedBlock] {
        switch self {
        case .home(let home): [try home.block(at: height)]
        case .node(let node): try await node.blocks(from: height, to: to)
        }
    }

    /// A block's hash, block 0's as well.
    func hash(at height: Height) async throws(CommandFailure) -> Hash32 {
        switch self {
        case .home(let home): try home.hash(at: height)
        case .node(let node): try await node.hash(at: height)
        }
    }

    /// Certificates and evidence that wait beside the chain; the evidence in the order of epoch and validator.
    func waiting() throws(CommandFailure) -> (certificates: [Certificate], evidence: [Evidence]) {
        switch self {
        case .home(let home): try home.waiting()
        // A node serves what is on the chain; what waits beside it is its own affair.
        case .node: ([], [])
        }
    }
}

/// A node, asked over JSON-RPC.
struct NodeOrigin {
    let last: Height
    private let client: RPCClient
    private let genesis: Genesis

    /// How many blocks are asked for at once; a node hands out fewer when they are large.
    private static let blocksAtOnce = 256

    init(_ client: RPCClient, genesis: Genesis) async throws(CommandFailure) {
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        guard network.network == genesis.networkID else {
            throw CommandFailure(
                .badInput,
                "the node serves the network \(network.network), the genesis file begins \(genesis.networkID)"
            )
        }
        self.client = client
        self.genesis = genesis
        last = network.at.height
    }

    func blocks(from height: Height, to: Height) async throws(CommandFailure) -> [JustifiedBlock] {
        let wanted = min(UInt64(Self.blocksAtOnce), to.number - height.number + 1)
        let answer = try await calling { () throws(RPCClientError) in
            try await client.blocks(from: height, limit: Int(wanted)).blocks
        }
        var blocks: [JustifiedBlock] = []
        for bytes in answer {
            do throws(WireError) {
                blocks.append(try JustifiedBlock(decodingAll: bytes, network: genesis.networkID))
            } catch {
                throw CommandFailure(
                    .damaged,
                    "the node's block \(height.number + UInt64(blocks.count)) is none: \(error)"
                )
            }
        }
        guard !blocks.isEmpty else {
            throw CommandFailure(.unreachable, "the node has no block \(height) though its head is at \(last)")
        }
        return blocks
    }

    func hash(at height: Height) async throws(CommandFailure) -> Hash32 {
        guard height > .zero else {
            return ChainRules(genesis: genesis).genesisHeader(Ledger(genesis: genesis).head).hash(
                network: genesis.networkID
            )
        }
        return try await blocks(from: height, to: height)[0].block.hash
    }
}

/// A copy of a home.
struct HomeOrigin {
    private let store: ChainStore
    private let home: String

    init(home: String, genesis: Genesis) throws(CommandFailure) {
        self.home = home
        do throws(StorageError) {
            store = try ChainStore.openCopy(of: home, genesis: genesis)
        } catch {
            throw VerificationFailure.storage(error).failure(home: home)
        }
    }

    var last: Height { store.tip.height }

    func block(at height: Height) throws(CommandFailure) -> JustifiedBlock {
        try reading { () throws(StorageError) in try store.auditedBlock(at: height).block }
    }

    func hash(at height: Height) throws(CommandFailure) -> Hash32 {
        let header = try reading { () throws(StorageError) in try store.header(at: height) }
        guard let header else { preconditionFailure("heights up to the last one are asked for") }
        return header.hash(network: store.genesis.networkID)
    }

    func waiting() throws(CommandFailure) -> (certificates: [Certificate], evidence: [Evidence]) {
        try reading { () throws(StorageError) in
            let shown = Set(try store.shownEvidence().map { Accused($0) })
            let evidence = try store.evidence().filter { !shown.contains(Accused($0)) }
            return (try store.waitingCertificates().map(\.certificate), evidence)
        }
    }

    private func reading<Answer>(_ body: () throws(StorageError) -> Answer) throws(CommandFailure) -> Answer {
        do throws(StorageError) { return try body() } catch { throw CommandFailure(error, home: home) }
    }
}

/// Whose chain is exported.
struct ExportSourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The node's directory", valueName: "dir"))
    var home: String?

    @Option(help: ArgumentHelp("A node, such as http://127.0.0.1:8645; with --genesis", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "An export of the chain, for tables; repeatable when it lies in several files",
            valueName: "file"
        )
    )
    var export: [String] = []

    @Option(help: ArgumentHelp("The genesis file; that of the home if left out", valueName: "file"))
    var genesis: String?

    func validate() throws {
        guard [home != nil, url != nil, !export.isEmpty].count(where: { $0 }) == 1 else {
            throw ValidationError("whose chain? Give one of --home and --url, or --export for tables")
        }
        guard home != nil || genesis != nil else {
            throw ValidationError("--genesis: give the genesis file that you trust")
        }
    }

    func readGenesis() throws(CommandFailure) -> Genesis {
        guard let path = genesis ?? home.map({ Home.genesisPath($0) }) else {
            preconditionFailure("validate() wants a home, or the genesis file with a node")
        }
        return try running { () throws(HomeError) in try Home.genesis(at: path) }
    }

    func open(_ genesis: Genesis) async throws(CommandFailure) -> ExportOrigin {
        if let home { return .home(try HomeOrigin(home: home, genesis: genesis)) }
        guard let url else { preconditionFailure("validate() wants a home or a node") }
        let client = try running { () throws(RPCClientError) in try RPCClient(url: url) }
        return .node(try await NodeOrigin(client, genesis: genesis))
    }
}

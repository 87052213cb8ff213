import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

/// A node's chain, read over JSON-RPC, and what the node says of it besides.
///
/// The node's head at the beginning is where the verification ends. Headers, settled transactions, histories, balances,
/// receipts, proofs, validators and evidence are asked for once more by the methods that clients use, and compared with what
/// was recomputed: a node that keeps a good chain and lies about it is found.
struct NodeSource: ChainSource {
    let node: PatientNode
    let genesis: Genesis
    let last: Height
    /// One transaction in so many is asked for, so that a node's limit on calls doesn't make this last for ever.
    let stride: UInt64
    private var nextHeight = Height.zero.next
    private var page: ArraySlice<[UInt8]> = []
    private var coming: Task<Result<[[UInt8]], SourceStop>, Never>?
    /// Over the bytes of all blocks that passed.
    private var digest = SHA256()
    private var passedCount = (blocks: UInt64(0), bytes: UInt64(0))
    /// Those that were handed over and have not passed yet.
    private var unpassed: [[UInt8]] = []
    var compared = AnswerTally()
    var transactionCount: UInt64 = 0
    var settled: [(id: TransactionID, height: Height, answer: TransactionAnswer.Status)] = []
    var headers: [(header: Header, hash: Hash32)] = []
    var histories: HistoryQuestions
    var proofs: ProofQuestions

    var tally: StoreTally? { nil }
    var answers: AnswerTally? { compared }

    private static let pageLimit = 200
    /// How many transactions are asked for at most; others are compared in bytes like all.
    private static let transactionsMax: UInt64 = 10_000

    static func open(_ url: String, _ genesis: Genesis) async throws(SourceStop) -> NodeSource {
        let node = try await PatientNode(url, genesis)
        let head = node.head.height
        var logSize: UInt64 = 0
        if head > .zero {
            let latest = try await node.ask("block_list", at: .zero) { (client) throws(RPCClientError) in
                try await client.headers(after: Height(head.number - 1), limit: 1)
            }
            logSize = latest.first?["header"]?["logSize"]?.asString.flatMap { UInt64($0) } ?? 0
        }
        return NodeSource(node, genesis, last: head, logSize: logSize)
    }

    private init(_ node: PatientNode, _ genesis: Genesis, last: Height, logSize: UInt64) {
        self.node = node
        self.genesis = genesis
        self.last = last
        stride = max(1, logSize / Self.transactionsMax)
        histories = HistoryQuestions(logSize: logSize, blockCount: last.number)
        proofs = ProofQuestions(logSize: logSize, blockCount: last.number)
    }

    // MARK: - Blocks

    /// A block in the bytes that the node gave.
    struct Unopened: UnopenedBlock {
        let height: Height
        let bytes: [UInt8]
        let network: NetworkID

        func open() throws(SourceStop) -> OpenedBlock {
            do throws(WireError) {
                let block = try JustifiedBlock(decodingAll: bytes, network: network)
                return OpenedBlock(block: block, bodyView: block.justification.view)
            } catch {
                throw .answer("block_range", "\(height)", expected: "a block", found: "none: \(error)", at: height)
            }
        }
    }

    mutating func next() async throws(SourceStop) -> Unopened? {
        guard nextHeight <= last else { return nil }
        if page.isEmpty { try await turnPage() }
        guard let bytes = page.popFirst() else {
            let found = "nothing, though the head is \(last)"
            throw .answer("block_range", "\(nextHeight)", expected: "a block", found: found, at: nextHeight)
        }
        defer { nextHeight = nextHeight.next }
        unpassed.append(bytes)
        return Unopened(height: nextHeight, bytes: bytes, network: genesis.networkID)
    }

    /// Takes the page that was asked for, and asks for the one after it while this one is checked.
    private mutating func turnPage() async throws(SourceStop) {
        let task = coming ?? ask(from: nextHeight)
        switch await task.value {
        case .success(let blocks): page = blocks[...]
        case .failure(let stop): throw stop
        }
        let after = nextHeight.number + UInt64(page.count)
        coming = !page.isEmpty && after <= last.number ? ask(from: Height(after)) : nil
    }

    private func ask(from height: Height) -> Task<Result<[[UInt8]], SourceStop>, Never> {
        let node = node
        return Task {
            do throws(SourceStop) {
                return .success(
                    try await node.ask("block_range", at: height) { (client) throws(RPCClientError) in
                        try await client.blocks(from: height, limit: Self.pageLimit).blocks
                    }
                )
            } catch {
                return .failure(error)
            }
        }
    }

    // MARK: - What was read

    mutating func passed(_ height: Height) {
        let bytes = unpassed.removeFirst()
        digest.update(bytes)
        passedCount.blocks += 1
        passedCount.bytes += UInt64(bytes.count)
    }

    var inputsSoFar: [ReportInput] { input(with: []) }

    func inputs(through height: Height) -> [ReportInput] {
        input(with: unpassed.prefix(Int(clamping: height.number - min(height.number, passedCount.blocks))))
    }

    /// The bytes of the blocks, one after another, as `block_range` has them.
    private func input(with more: ArraySlice<[UInt8]>) -> [ReportInput] {
        var digest = digest
        for bytes in more { digest.update(bytes) }
        let count = passedCount.blocks + UInt64(more.count)
        return [
            ReportInput(
                name: "node \(node.url), " + (count == 0 ? "no block" : "blocks 1 to \(count)"),
                byteCount: more.reduce(passedCount.bytes) { $0 + UInt64($1.count) },
                digest: digest.finish()
            )
        ]
    }
}

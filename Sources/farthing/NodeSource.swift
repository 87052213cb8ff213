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
/// The node's head at the beginning is where the verification ends. Headers, settled transactions, balances, validators and
/// evidence are asked for once more by the methods that clients use, and compared with what was recomputed: a node that
/// keeps a good chain and lies about it is found.
struct NodeSource: ChainSource {
    private let node: PatientNode
    private let genesis: Genesis
    let last: Height
    /// One transaction in so many is asked for, so that a node's limit on calls doesn't make this last for ever.
    private let stride: UInt64
    private var nextHeight = Height.zero.next
    private var page: ArraySlice<[UInt8]> = []
    private var coming: Task<Result<[[UInt8]], VerificationFailure>, Never>?
    private(set) var compared = AnswerTally()
    private var transactionCount: UInt64 = 0
    private var settled: [(id: TransactionID, answer: TransactionAnswer.Status)] = []
    private var headers: [(header: Header, hash: Hash32)] = []

    var tally: StoreTally? { nil }
    var answers: AnswerTally? { compared }

    private static let pageLimit = 200
    private static let headersMax = 1_000
    private static let batchMax = 100
    /// How many transactions are asked for at most; others are compared in bytes like all.
    private static let transactionsMax: UInt64 = 10_000

    static func open(_ url: String, _ genesis: Genesis) async throws(SourceStop) -> NodeSource {
        let node: PatientNode
        do throws(RPCClientError) {
            node = PatientNode(try RPCClient(url: url))
        } catch {
            throw .failure(.node(url: url, CommandFailure(error)))
        }
        let facts = try await node.ask { (client) throws(RPCClientError) in try await client.networkInfo() }
        guard facts.network == genesis.networkID else {
            throw .failure(.nodeOfOtherNetwork(url: url, found: facts.network, wanted: genesis.networkID))
        }
        let head = facts.at.height
        var logSize: UInt64 = 0
        if head > .zero {
            let latest = try await node.ask { (client) throws(RPCClientError) in
                try await client.headers(after: Height(head.number - 1), limit: 1)
            }
            logSize = latest.first?["header"]?["logSize"]?.asString.flatMap { UInt64($0) } ?? 0
        }
        return NodeSource(node, genesis, last: head, stride: max(1, logSize / transactionsMax))
    }

    private init(_ node: PatientNode, _ genesis: Genesis, last: Height, stride: UInt64) {
        self.node = node
        self.genesis = genesis
        self.last = last
        self.stride = stride
    }

    // MARK: - Blocks

    /// A block in the bytes that the node gave.
    struct Unopened: UnopenedBlock {
        let height: Height
        fileprivate let bytes: [UInt8]
        fileprivate let network: NetworkID

        func open() throws(SourceStop) -> OpenedBlock {
            do throws(WireError) {
                let block = try JustifiedBlock(decodingAll: bytes, network: network)
                return OpenedBlock(block: block, bodyView: block.justification.view)
            } catch {
                throw .damaged(StoreDamage(key: "block_range \(height)", what: "no block: \(error)"))
            }
        }
    }

    mutating func next() async throws(SourceStop) -> Unopened? {
        guard nextHeight <= last else { return nil }
        if page.isEmpty { try await turnPage() }
        guard let bytes = page.popFirst() else {
            throw .damaged(StoreDamage(key: "block_range \(nextHeight)", what: "nothing, though the head is \(last)"))
        }
        defer { nextHeight = nextHeight.next }
        return Unopened(height: nextHeight, bytes: bytes, network: genesis.networkID)
    }

    /// Takes the page that was asked for, and asks for the one after it while this one is checked.
    private mutating func turnPage() async throws(SourceStop) {
        let task = coming ?? ask(from: nextHeight)
        switch await task.value {
        case .success(let blocks): page = blocks[...]
        case .failure(let failure): throw .failure(failure)
        }
        let after = nextHeight.number + UInt64(page.count)
        coming = !page.isEmpty && after <= last.number ? ask(from: Height(after)) : nil
    }

    private func ask(from height: Height) -> Task<Result<[[UInt8]], VerificationFailure>, Never> {
        let node = node
        return Task {
            do throws(SourceStop) {
                return .success(
                    try await node.ask { (client) throws(RPCClientError) in
                        try await client.blocks(from: height, limit: Self.pageLimit).blocks
                    }
                )
            } catch {
                guard case .failure(let failure) = error else {
                    preconditionFailure("a question alone finds no violation")
                }
                return .failure(failure)
            }
        }
    }

    // MARK: - What the node says of them

    mutating func compare(_ final: FinalBlock) async throws(SourceStop) {
        let block = final.block.block
        headers.append((block.header, block.hash))
        if headers.count == Self.headersMax { try await compareHeaders() }
        for (index, transaction) in block.transactions.enumerated() {
            defer { transactionCount += 1 }
            guard transactionCount % stride == 0 else { continue }
            guard let fee = Amount(units: block.header.price).multiplied(by: transaction.transaction.shares) else {
                preconditionFailure("a fee that was paid fits an amount")
            }
            let status = TransactionAnswer.Status.final(
                height: block.height,
                index: index,
                price: block.header.price,
                fee: fee
            )
            settled.append((transaction.id, status))
            if settled.count == Self.batchMax { try await compareSettled() }
        }
    }

    private mutating func compareHeaders() async throws(SourceStop) {
        guard let first = headers.first else { return }
        var found: [JSON] = []
        let count = headers.count
        while found.count < count {
            let after = Height(first.header.height.number - 1 + UInt64(found.count))
            let rest = count - found.count
            let more = try await node.ask { (client) throws(RPCClientError) in
                try await client.headers(after: after, limit: rest)
            }
            guard !more.isEmpty, more.count <= rest else {
                throw fault("block_list", "after \(after)", "\(rest) headers", "\(more.count)", at: after.next)
            }
            found += more
        }
        for ((header, hash), json) in zip(headers, found) {
            let height = header.height
            guard json["hash"] == .string(hash.hex) else {
                throw fault("block_list", "\(height) hash", hash.hex, json["hash"], at: height)
            }
            for field in HeaderField.allCases {
                let expected = field.value(in: header).description
                let said = json["header"]?[field.rawValue]
                guard said?.asString ?? said?.asNumber == expected else {
                    throw fault("block_list", "\(height) \(field.rawValue)", expected, said, at: height)
                }
            }
        }
        compared.add(count, "headers")
        headers.removeAll(keepingCapacity: true)
    }

    private mutating func compareSettled() async throws(SourceStop) {
        let ids = settled.map(\.id)
        guard !ids.isEmpty else { return }
        let answers = try await node.ask { (client) throws(RPCClientError) in try await client.statuses(of: ids) }
        for (expected, answer) in zip(settled, answers) where answer.status != expected.answer {
            guard case .final(let height, _, _, _) = expected.answer else {
                preconditionFailure("only final transactions are asked for")
            }
            throw fault("tx_status", expected.id.hex, "\(expected.answer)", "\(answer.status)", at: height)
        }
        compared.add(ids.count, "transactions")
        settled.removeAll(keepingCapacity: true)
    }

    mutating func finish(_ verifier: Verifier) async throws(SourceStop) -> [Gap] {
        try await compareHeaders()
        try await compareSettled()
        try await compareNetwork(verifier)
        try await compareEvidence(verifier)
        try await compareBalances(verifier)
        return []
    }

    private mutating func compareNetwork(_ verifier: Verifier) async throws(SourceStop) {
        let tip = verifier.header.height
        let info = try await node.ask { (client) throws(RPCClientError) in try await client.call("network_info") }
        let values: [(String, JSON)] = [
            ("network", .string(genesis.networkID.hex)),
            ("genesisTimeMilliseconds", .decimal(genesis.time.number)),
            ("supply", .decimal(genesis.supply.units)), ("parameters", genesis.parameters.json),
        ]
        for (name, expected) in values where info[name] != expected {
            throw fault("network_info", name, expected.text, info[name], at: tip)
        }
        compared.add(1, "network values")
        let list = try await node.ask { (client) throws(RPCClientError) in try await client.validators() }
        let found = (list["validators"]?.asArray ?? []).map { $0["validator"] ?? .null }
        let prefix = genesis.parameters.accountPrefix
        let expected = verifier.electorate.validators.validators.map { $0.json(prefix: prefix) }
        guard found == expected else {
            throw fault("validator_list", "validators", JSON.array(expected).text, .array(found), at: tip)
        }
        let quorum = JSON.integer(verifier.electorate.validators.quorum)
        guard list["quorum"] == quorum else {
            throw fault("validator_list", "quorum", quorum.text, list["quorum"], at: tip)
        }
        compared.add(expected.count, "validators")
    }

    /// The evidence of each block that shows some, by the method that shows blocks to clients.
    private mutating func compareEvidence(_ verifier: Verifier) async throws(SourceStop) {
        var expected: [(height: Height, evidence: [Evidence])] = []
        for misdeed in verifier.tally.evidence {
            if expected.last?.height != misdeed.height { expected.append((misdeed.height, [])) }
            expected[expected.count - 1].evidence.append(misdeed.evidence)
        }
        for (height, evidence) in expected {
            let block = try await node.ask { (client) throws(RPCClientError) in
                try await client.block(height: height, transactions: "none")
            }
            let found = (block["evidence"]?.asArray ?? []).map { [$0["first"] ?? .null, $0["second"] ?? .null] }
            let wanted = evidence.map { one in
                [one.first, one.second].map { JSON.string(Hex.encode($0.encoded())) }
            }
            guard found == wanted else {
                throw fault("block_get", "\(height) evidence", "\(evidence.count)", block["evidence"], at: height)
            }
            compared.add(evidence.count, "evidence")
        }
    }

    /// Every account's balance.
    ///
    /// The chain may move on meanwhile: then the blocks that came are recomputed as well, so
    /// that each answer is compared with the state that it says it is of.
    private mutating func compareBalances(_ verifier: Verifier) async throws(SourceStop) {
        var verifier = verifier
        let prefix = genesis.parameters.accountPrefix
        let count = verifier.ledger.accountCount()
        for start in Swift.stride(from: 0, to: count, by: Self.batchMax) {
            let accounts = (start..<min(count, start + Self.batchMax)).map { number in
                guard let account = verifier.ledger.account(numbered: AccountNumber(UInt32(number))) else {
                    preconditionFailure("accounts are numbered without a gap")
                }
                return account.id
            }
            let texts = accounts.map { $0.text(prefix: prefix) }
            let states = try await node.ask { (client) throws(RPCClientError) in try await client.accounts(texts) }
            for (offset, (id, state)) in zip(accounts, states).enumerated() {
                try await advance(&verifier, to: state.at.height)
                let place = texts[offset]
                let tip = verifier.header.height
                guard state.at.height == tip, state.at.hash == verifier.hash else {
                    let said = "\(state.at.height) \(state.at.hash)"
                    throw fault("account_get", "\(place) at", "\(tip) \(verifier.hash)", said, at: tip)
                }
                let balance = verifier.ledger.account(id)?.balance ?? .zero
                guard state.balance == balance else {
                    throw fault("account_get", "\(place) balance", "\(balance)", "\(state.balance)", at: tip)
                }
                guard state.number == UInt64(start + offset) else {
                    let said = state.number.map { String($0) } ?? "none"
                    throw fault("account_get", "\(place) number", "\(start + offset)", said, at: tip)
                }
            }
            compared.add(accounts.count, "balances")
        }
    }

    /// Recomputes what has become final since.
    private func advance(_ verifier: inout Verifier, to height: Height) async throws(SourceStop) {
        while verifier.header.height < height {
            let next = verifier.header.height.next
            let blocks = try await node.ask { (client) throws(RPCClientError) in
                try await client.blocks(from: next, limit: Self.batchMax).blocks
            }
            guard !blocks.isEmpty else {
                throw .damaged(StoreDamage(key: "block_range \(next)", what: "nothing, though the head is \(height)"))
            }
            for bytes in blocks where verifier.header.height < height {
                let height = verifier.header.height.next
                let opened = try Unopened(height: height, bytes: bytes, network: genesis.networkID).open()
                let checked = CheckedBlock(opened.block, electorate: verifier.electorate, scheme: StrictEd25519())
                _ = try judging { () throws(Violation) in try verifier.check(checked) }
            }
        }
    }

    // MARK: - Faults

    private func fault(
        _ method: String,
        _ place: String,
        _ expected: String,
        _ found: JSON?,
        at height: Height
    ) -> SourceStop {
        fault(method, place, expected, found?.asString ?? found?.text ?? "nothing", at: height)
    }

    private func fault(
        _ method: String,
        _ place: String,
        _ expected: String,
        _ found: String,
        at height: Height
    ) -> SourceStop {
        let fault = AnswerFault(method: method, place: place, expected: expected, found: found)
        return .violation(Violation(height: height, finding: .answer(fault)))
    }
}

/// Asks a node again when it says that the same call may succeed later, as one that limits calls does.
struct PatientNode: Sendable {
    let client: RPCClient

    init(_ client: RPCClient) { self.client = client }

    private static let attempts = 20

    func ask<Answer>(
        _ question: (RPCClient) async throws(RPCClientError) -> Answer
    ) async throws(SourceStop) -> Answer {
        var attempt = 1
        while true {
            do throws(RPCClientError) {
                return try await question(client)
            } catch {
                guard error.isRetryable, attempt < Self.attempts, !Task.isCancelled else {
                    throw .failure(.node(url: client.url, CommandFailure(error)))
                }
                attempt += 1
                // Cancelled means that nobody waits for the answer; the next call says so.
                do { try await Task.sleep(for: Self.pause(error)) } catch {}
            }
        }
    }

    private static func pause(_ error: RPCClientError) -> Duration {
        guard case .refused(let answer) = error,
            let milliseconds = answer.data["retryAfterMilliseconds"]?.asString.flatMap({ UInt64($0) })
        else { return .milliseconds(250) }
        return .milliseconds(min(milliseconds, 10_000))
    }
}

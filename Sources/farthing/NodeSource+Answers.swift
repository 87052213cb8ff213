import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

// What a node says of its blocks, held against what was recomputed.

extension NodeSource {
    private static let headersMax = 1_000
    private static let batchMax = 100
    /// How often a list of evidence is asked for until it is of the block that it says.
    private static let attempts = 3

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
            settled.append((transaction.id, block.height, status))
            if settled.count == Self.batchMax { try await compareSettled() }
        }
        histories.add(final, genesis)
        if histories.isEnough { try await compareHistories() }
        proofs.add(final)
        if proofs.isEnough { try await compareReceipts() }
    }

    private mutating func compareHeaders() async throws(SourceStop) {
        guard let first = headers.first else { return }
        var found: [JSON] = []
        let count = headers.count
        while found.count < count {
            let after = Height(first.header.height.number - 1 + UInt64(found.count))
            let rest = count - found.count
            let more = try await node.ask("block_list", at: after.next) { (client) throws(RPCClientError) in
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
        guard let first = settled.first else { return }
        let answers = try await node.ask("tx_status", at: first.height) {
            (client) throws(RPCClientError) in try await client.statuses(of: ids)
        }
        for (expected, answer) in zip(settled, answers)
        where answer.status != expected.answer || answer.id != expected.id {
            throw fault(
                "tx_status",
                "transaction \(expected.id)",
                Self.words(expected.answer),
                answer.id == expected.id
                    ? Self.words(answer.status) : "an answer for \(answer.id.map { $0.hex } ?? "no transaction")",
                at: expected.height
            )
        }
        compared.add(ids.count, "transactions")
        settled.removeAll(keepingCapacity: true)
    }

    /// What the node says where a transaction is, in words.
    private static func words(_ status: TransactionAnswer.Status) -> String {
        switch status {
        case .final(let height, let index, let price, let fee):
            "final at height \(height), place \(index), price \(price), fee \(fee)"
        case .rejected(let reason): "rejected: \(reason.name)"
        case .expired(let validUntil): "expired, valid until \(validUntil)"
        case .pending: "pending"
        case .unknown(let historyFrom): "unknown, history from \(historyFrom)"
        case .refused(let reason, _): "refused: \(reason.name)"
        }
    }

    mutating func finish(_ verifier: Verifier) async throws(SourceStop) -> [Gap] {
        try await compareHeaders()
        try await compareSettled()
        try await compareHistories()
        try await compareReceipts()
        try await compareLogProofs()
        try await compareNetwork(verifier)
        try await compareEvidence(verifier)
        // The chain may move on meanwhile: then the blocks that came are recomputed as well, so that each answer is
        // compared with the state that it says it is of.
        var verifier = verifier
        try await compareEvidenceList(&verifier)
        try await compareBalances(&verifier)
        try await compareBalanceProofs(&verifier)
        return []
    }

    private mutating func compareNetwork(_ verifier: Verifier) async throws(SourceStop) {
        let tip = verifier.header.height
        let info = try await node.ask("network_info", at: tip) { (client) throws(RPCClientError) in
            try await client.call("network_info")
        }
        let values: [(String, JSON)] = [
            ("network", .string(genesis.networkID.hex)),
            ("genesisTimeMilliseconds", .decimal(genesis.time.number)),
            ("supply", .decimal(genesis.supply.units)), ("parameters", genesis.parameters.json),
        ]
        for (name, expected) in values where info[name] != expected {
            throw fault("network_info", name, expected.text, info[name], at: tip)
        }
        guard node.head.hash == verifier.hash else {
            throw fault("network_info", "at", "\(tip) \(verifier.hash)", "\(tip) \(node.head.hash)", at: tip)
        }
        compared.add(1, "network values")
        let list = try await node.ask("validator_list", at: tip) { (client) throws(RPCClientError) in
            try await client.validators()
        }
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
            let block = try await node.ask("block_get", at: height) { (client) throws(RPCClientError) in
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

    /// All evidence that the node says it knows: what it says is on the chain is all that is there, and the rest holds.
    private mutating func compareEvidenceList(_ verifier: inout Verifier) async throws(SourceStop) {
        var attempt = 1
        while true {
            let answer = try await node.ask("evidence_list", at: verifier.header.height) {
                (client) throws(RPCClientError) in try await client.evidence()
            }
            try await advance(&verifier, to: answer.at, "evidence_list", "at")
            let tip = verifier.header.height
            let shown = verifier.tally.evidence.map(\.evidence)
                .sorted { ($0.epoch, $0.signer) < ($1.epoch, $1.signer) }
                .map { EvidenceFile(network: genesis.networkID, content: .votes($0)) }
            let said = answer.known.filter(\.isOnChain).map(\.file)
            guard said == shown else {
                attempt += 1
                // A node reads its evidence and its head one after the other: a block may have come between.
                if attempt <= Self.attempts { continue }
                let place = "onChain"
                throw fault("evidence_list", place, Self.words(shown), Self.words(said), at: tip)
            }
            for waiting in answer.known where !waiting.isOnChain {
                do throws(EvidenceFileFault) {
                    _ = try EvidenceCheck.facts(of: waiting.file, genesis: genesis, scheme: StrictEd25519())
                } catch {
                    throw fault("evidence_list", "waiting", "evidence that holds", error.sentence, at: tip)
                }
            }
            compared.add(1, "lists of evidence")
            return
        }
    }

    private static func words(_ files: [EvidenceFile]) -> String {
        let parts = files.map { file in
            switch file.content {
            case .votes(let evidence): "validator \(evidence.signer) in view \(evidence.view)"
            case .certificates(let one, _): "certificates of view \(one.view)"
            }
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    /// Every account's balance.
    private mutating func compareBalances(_ verifier: inout Verifier) async throws(SourceStop) {
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
            let states = try await node.ask("account_get", at: verifier.header.height) {
                (client) throws(RPCClientError) in try await client.accounts(texts)
            }
            for (offset, (id, state)) in zip(accounts, states).enumerated() {
                let place = texts[offset]
                try await advance(&verifier, to: state.at, "account_get", "\(place) at")
                let tip = verifier.header.height
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

    /// Recomputes what has become final since, up to the block that an answer says it is of.
    ///
    /// An older answer than what was recomputed, or one of another block, is a fault: a node's head never goes back.
    func advance(
        _ verifier: inout Verifier,
        to at: ChainPlace,
        _ method: String,
        _ place: String
    ) async throws(SourceStop) {
        while verifier.header.height < at.height {
            let next = verifier.header.height.next
            let blocks = try await node.ask("block_range", at: next) { (client) throws(RPCClientError) in
                try await client.blocks(from: next, limit: Self.batchMax).blocks
            }
            guard !blocks.isEmpty else {
                let found = "nothing, though the head is \(at.height)"
                throw .answer("block_range", "\(next)", expected: "a block", found: found, at: next)
            }
            for bytes in blocks where verifier.header.height < at.height {
                let height = verifier.header.height.next
                let opened = try Unopened(height: height, bytes: bytes, network: genesis.networkID).open()
                let checked = CheckedBlock(opened.block, electorate: verifier.electorate, scheme: StrictEd25519())
                _ = try judging { () throws(Violation) in try verifier.check(checked) }
            }
        }
        let tip = verifier.header.height
        guard at.height == tip, at.hash == verifier.hash else {
            throw fault(method, place, "\(tip) \(verifier.hash)", "\(at.height) \(at.hash)", at: tip)
        }
    }

    // MARK: - Faults

    func fault(
        _ method: String,
        _ place: String,
        _ expected: String,
        _ found: JSON?,
        at height: Height
    ) -> SourceStop {
        fault(method, place, expected, found?.asString ?? found?.text ?? "nothing", at: height)
    }

    func fault(
        _ method: String,
        _ place: String,
        _ expected: String,
        _ found: String,
        at height: Height
    ) -> SourceStop {
        .answer(method, place, expected: expected, found: found, at: height)
    }
}

import ChainCore
import Cryptography
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

/// What the node is to prove: that transactions are final, and that the log only grew.
struct ProofQuestions {
    struct Settled {
        let id: TransactionID
        let height: Height
        let block: Hash32
        let index: UInt64
    }

    struct Place {
        let height: Height
        let block: Hash32
    }

    /// Whose block is final by a certificate that the chain has.
    private(set) var settled: [Settled] = []
    /// Some of all that were settled, and some blocks.
    private(set) var transactions: [Settled] = []
    private(set) var blocks: [Place] = []
    /// The last block with a finalization of its own.
    private(set) var lastFinal: Place?

    /// Those whose finalization hasn't come yet: nobody can prove them final.
    private var waiting: [Settled] = []
    private let transactionStride: UInt64
    private let blockStride: UInt64
    private var transactionCount: UInt64 = 0
    private var settledCount = 0

    private static let receiptsMax: UInt64 = 1_000
    static let placesMax = 100

    init(logSize: UInt64, blockCount: UInt64) {
        transactionStride = 1 + logSize / Self.receiptsMax
        blockStride = 1 + blockCount / UInt64(Self.placesMax)
    }

    /// So many that one answer holds them: a receipt is some kilobytes.
    var isEnough: Bool { settled.count >= Self.placesMax }

    mutating func add(_ final: FinalBlock) {
        let block = final.block.block
        for (index, transaction) in block.transactions.enumerated() {
            defer { transactionCount += 1 }
            guard transactionCount % transactionStride == 0 else { continue }
            waiting.append(
                Settled(id: transaction.id, height: final.height, block: block.hash, index: UInt64(index))
            )
        }
        let place = Place(height: final.height, block: block.hash)
        if final.height.number % blockStride == 0 { blocks.append(place) }
        guard final.block.justification.isFinalization else { return }
        lastFinal = place
        for one in waiting {
            if settledCount % 10 == 0, transactions.count < Self.placesMax { transactions.append(one) }
            settledCount += 1
        }
        settled += waiting
        waiting = []
    }

    /// At most as many as one answer holds.
    mutating func take() -> [Settled] {
        defer { settled.removeFirst(min(settled.count, Self.placesMax)) }
        return Array(settled.prefix(Self.placesMax))
    }
}

extension NodeSource {
    /// Of each the receipt, which proves itself, and is about the same block and place as was recomputed.
    mutating func compareReceipts() async throws(SourceStop) {
        while let first = proofs.settled.first {
            let asked = proofs.take()
            let params = asked.map { JSON.object(["id": .string($0.id.hex)]) }
            let answers = try await node.ask("tx_receipt", at: first.height) { (client) throws(RPCClientError) in
                try await client.batch("tx_receipt", params: params)
            }
            for (one, answer) in zip(asked, answers) {
                let place = "transaction \(one.id)"
                let facts: ReceiptFacts
                do {
                    let receipt = try Receipt(
                        JSONReader(answer["receipt"] ?? .null, root: "receipt"),
                        prefix: genesis.parameters.accountPrefix
                    )
                    facts = try ReceiptCheck.facts(of: receipt, genesis: genesis, scheme: StrictEd25519())
                } catch let error as ReceiptFault {
                    throw fault("tx_receipt", place, "a receipt that holds", error.sentence, at: one.height)
                } catch {
                    throw fault("tx_receipt", place, "a receipt", "\(error)", at: one.height)
                }
                guard facts.id == one.id, facts.block == one.block, facts.index == one.index else {
                    let found = "\(facts.id) in block \(facts.block), place \(facts.index)"
                    throw fault("tx_receipt", place, "block \(one.block), place \(one.index)", found, at: one.height)
                }
            }
            compared.add(asked.count, "receipts")
        }
    }

    /// Of some transactions that the log of the last final block holds them, and of some blocks that it begins with theirs.
    mutating func compareLogProofs() async throws(SourceStop) {
        guard let last = proofs.lastFinal else { return }
        let ids = proofs.transactions.map(\.id)
        let inclusions = try await ask(
            "proof_inclusion",
            ids.map { ["id": .string($0.hex), "height": .decimal(last.height.number)] },
            last
        )
        for (id, answer) in zip(ids, inclusions) {
            let place = "transaction \(id)"
            guard case .inclusion(let transaction, _, let head) = try facts("proof_inclusion", place, answer, last),
                transaction.id == id, head.block == last.block
            else { throw fault("proof_inclusion", place, "a proof of this", answer["proof"], at: last.height) }
        }
        compared.add(ids.count, "inclusion proofs")
        let blocks = proofs.blocks.filter { $0.height <= last.height }
        let params = blocks.map { block -> JSON in
            ["oldHeight": .decimal(block.height.number), "newHeight": .decimal(last.height.number)]
        }
        for (block, answer) in zip(blocks, try await ask("proof_consistency", params, last)) {
            let place = "block \(block.height)"
            guard case .consistency(let old, let new) = try facts("proof_consistency", place, answer, last),
                old.block == block.block, new.block == last.block
            else { throw fault("proof_consistency", place, "a proof of this", answer["proof"], at: last.height) }
        }
        compared.add(blocks.count, "consistency proofs")
    }

    /// Of some accounts their balance, when the head is a block that can be shown to be final.
    mutating func compareBalanceProofs(_ verifier: inout Verifier) async throws(SourceStop) {
        guard let last = proofs.lastFinal, last.height == verifier.header.height else { return }
        let count = verifier.ledger.accountCount()
        let step = (count + ProofQuestions.placesMax - 1) / ProofQuestions.placesMax
        let ids = Swift.stride(from: 0, to: count, by: step).compactMap { number in
            verifier.ledger.account(numbered: AccountNumber(UInt32(number)))?.id
        }
        let texts = ids.map { $0.text(prefix: genesis.parameters.accountPrefix) }
        let answers = try await ask("proof_balance", texts.map { ["account": .string($0)] }, last)
        for (id, (text, answer)) in zip(ids, zip(texts, answers)) {
            let facts = try facts("proof_balance", text, answer, last)
            let at: ChainPlace
            do throws(JSONReadError) {
                at = try ChainPlace(JSONReader(answer["at"] ?? .null, root: "at"))
            } catch {
                throw fault("proof_balance", "\(text) at", "a block", "\(error)", at: last.height)
            }
            try await advance(&verifier, to: at, "proof_balance", "\(text) at")
            guard case .balance(let claim, let head) = facts, claim.account == id, head.block == verifier.hash,
                claim.balance == verifier.ledger.account(id)?.balance
            else { throw fault("proof_balance", text, "a proof of this balance", answer["proof"], at: last.height) }
        }
        compared.add(ids.count, "balance proofs")
    }

    private func ask(
        _ method: String,
        _ params: [JSON],
        _ last: ProofQuestions.Place
    ) async throws(SourceStop) -> [JSON] {
        try await node.ask(method, at: last.height) { (client) throws(RPCClientError) in
            try await client.batch(method, params: params)
        }
    }

    /// What a proof shows, if it holds.
    private func facts(
        _ method: String,
        _ place: String,
        _ answer: JSON,
        _ last: ProofQuestions.Place
    ) throws(SourceStop) -> ProofFacts {
        do {
            let reader = JSONReader(answer["proof"] ?? .null, root: "proof")
            let proof = try Proof(reader, prefix: genesis.parameters.accountPrefix)
            return try ProofCheck.facts(of: proof, genesis: genesis, scheme: StrictEd25519())
        } catch let error as ProofFault {
            throw fault(method, place, "a proof that holds", error.sentence, at: last.height)
        } catch {
            throw fault(method, place, "a proof", "\(error)", at: last.height)
        }
    }
}

import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import StrictJSON

// proof_inclusion, proof_consistency, proof_balance, checkpoint_get, evidence_list.

extension RPCMethod {
    static var proofMethods: [RPCMethod] {
        [
            RPCMethod(
                "proof_inclusion",
                "Shows that the log of all transactions holds a final one, at any final block from its own on.",
                [
                    .required("id", "The transaction's id.", Schema.hash),
                    .optional("height", "Of the block at which; the latest unless given.", Schema.decimal),
                ],
                result: Schema.proof,
                faults: [.transactionNotFinal, .blockUnknown],
                // No transaction is final on every node.
                example: nil,
                answer: proofOfInclusion
            ),
            RPCMethod(
                "proof_consistency",
                "Shows that the log at one final block begins with the log at an earlier one.",
                [
                    .required("oldHeight", "Of the earlier block.", Schema.decimal),
                    .optional("newHeight", "Of the later block; the latest unless given.", Schema.decimal),
                ],
                result: Schema.proof,
                faults: [.blockUnknown],
                // A node may hold no block but block 0, which nobody voted for.
                example: nil,
                answer: proofOfConsistency
            ),
            RPCMethod(
                "proof_balance",
                "Shows that the final state holds an account with its balance.",
                [.required("account", "The account.", Schema.account)],
                result: Schema.proof,
                faults: [.accountUnknown, .blockUnknown],
                // As above.
                example: nil,
                answer: proofOfBalance
            ),
            RPCMethod(
                "checkpoint_get",
                "A checkpoint of the log and the chain as a signed note; GET /checkpoint answers the latest as text.",
                [.optional("height", "Of the block; the latest unless given.", Schema.decimal)],
                result: Schema.checkpoint,
                faults: [.noNoteKey, .blockUnknown],
                // Followers sign none.
                example: nil,
                answer: checkpoint
            ),
            RPCMethod(
                "evidence_list",
                "All evidence against validators that this node knows, each as a file.",
                result: Schema.evidenceList,
                example: { _ in [:] },
                answer: evidence
            ),
        ]
    }

    @Sendable
    private static func proofOfInclusion(
        _ arguments: RPCArguments,
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> JSON {
        let (id, height) = try RPCFault.reading { () throws(JSONReadError) in
            (
                try arguments.required("id")
                    .string(as: "a transaction id of 64 lower-case hex digits") { TransactionID(hex: $0) },
                try arguments.optional("height")?.decimal()
            )
        }
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.inclusion(of: id, at: height.map { Height($0) })
        }
        return try answer.json(prefix: context.accountPrefix)
    }

    @Sendable
    private static func proofOfConsistency(
        _ arguments: RPCArguments,
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> JSON {
        let (old, new) = try RPCFault.reading { () throws(JSONReadError) in
            let old = try arguments.required("oldHeight").decimal()
            guard let argument = arguments.optional("newHeight") else { return (old, UInt64?.none) }
            let new = try argument.decimal()
            guard new >= old else { throw argument.refused("it is below oldHeight") }
            return (old, new)
        }
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.consistency(from: Height(old), to: new.map { Height($0) })
        }
        return try answer.json(prefix: context.accountPrefix)
    }

    @Sendable
    private static func proofOfBalance(
        _ arguments: RPCArguments,
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> JSON {
        let prefix = context.accountPrefix
        let account = try RPCFault.reading { () throws(JSONReadError) in
            try arguments.required("account").account(prefix: prefix)
        }
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.balance(of: account)
        }
        return try answer.json(prefix: prefix)
    }

    @Sendable
    private static func checkpoint(
        _ arguments: RPCArguments,
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> JSON {
        let height = try RPCFault.reading { () throws(JSONReadError) in try arguments.optional("height")?.decimal() }
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.checkpoint(at: height.map { Height($0) })
        }
        switch answer.outcome {
        case .failure(.noNoteKey): throw RPCFault(.noNoteKey)
        case .failure(.block): throw RPCFault(.blockUnknown)
        case .success(let signed):
            return [
                "note": .string(String(decoding: signed.note.bytes, as: UTF8.self)),
                "height": .decimal(signed.checkpoint.height.number), "hash": .string(signed.checkpoint.block.hex),
                "logSize": .decimal(signed.checkpoint.logSize), "logRoot": .string(signed.checkpoint.logRoot.hex),
                "at": answer.at.json,
            ]
        }
    }

    @Sendable
    private static func evidence(
        _ arguments: RPCArguments,
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> JSON {
        let answer = try await context.ask { (gateway) throws(GatewayError) in try await gateway.evidence() }
        let network = context.gateway.genesis.networkID
        let items = answer.items.map { item -> JSON in
            [
                "epoch": .decimal(item.evidence.epoch.number), "view": .decimal(item.evidence.view.number),
                "signer": .integer(Int(item.evidence.signer)), "onChain": .bool(item.isOnChain),
                "file": EvidenceFile(network: network, content: .votes(item.evidence)).json,
            ]
        }
        return ["evidence": .array(items), "at": answer.at.json]
    }
}

extension ProofAnswer {
    fileprivate func json(prefix: String) throws(RPCFault) -> JSON {
        switch outcome {
        case .success(let proof): return ["proof": proof.json(prefix: prefix), "at": at.json]
        case .failure(.transaction): throw RPCFault(.transactionNotFinal)
        case .failure(.block): throw RPCFault(.blockUnknown)
        case .failure(.account): throw RPCFault(.accountUnknown)
        }
    }
}

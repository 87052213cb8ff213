import ChainCore
import LedgerCore
import Primitives
import StrictJSON

// account_get, block_get, block_list, block_range, fee_quote, node_status, network_info, validator_list.

extension RPCMethod {
    @Sendable
    static func account(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let prefix = context.accountPrefix
        let id = try RPCFault.reading { () throws(JSONReadError) in
            try arguments.required("account").account(prefix: prefix)
        }
        let answer = try await context.ask { (gateway) throws(GatewayError) in try await gateway.account(id) }
        return [
            "account": .string(id.text(prefix: prefix)), "open": .bool(answer.number != nil),
            "number": answer.number.map { .decimal($0) } ?? .null, "balance": .decimal(answer.balance.units),
            "at": answer.at.json,
        ]
    }

    /// The block of that height or hash, or the latest.
    @Sendable
    static func block(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let (selector, detail) = try RPCFault.reading { () throws(JSONReadError) in
            (try blockSelector(arguments), try transactionDetail(arguments))
        }
        let found = try await context.ask { (gateway) throws(GatewayError) in try await gateway.block(selector) }
        guard let answer = found else { throw RPCFault(.blockUnknown) }
        let block = answer.block
        // In JSON a transaction takes at least three times its bytes: no use in writing what is too long.
        if detail == .full, Int(block.header.transactionBytes) > context.limits.responseBytesMax / 3 {
            throw RPCFault(.responseTooLarge, facts: ["limit": .integer(context.limits.responseBytesMax)])
        }
        var members: JSONObject = [
            "hash": .string(block.hash.hex), "header": block.header.json,
            "headerBytes": .string(Hex.encode(block.header.encoded())),
        ]
        members.append("transactions", ifPresent: detail.json(of: block, prefix: context.accountPrefix))
        members.append("evidence", .array(block.evidence.map(\.json)))
        let validatorCount = context.gateway.genesis.validators.count
        members.append("justification", answer.justification?.json(validatorCount: validatorCount) ?? .null)
        members.append("at", answer.at.json)
        return .object(members)
    }

    private static func blockSelector(_ arguments: RPCArguments) throws(JSONReadError) -> BlockSelector {
        switch (arguments.optional("height"), arguments.optional("hash")) {
        case (nil, nil):
            return .latest
        case (let height?, nil):
            return .height(Height(try height.decimal()))
        case (nil, let hash?):
            return .hash(try hash.string(as: "a block hash of 64 lower-case hex digits") { Hash32(hex: $0) })
        case (.some, let hash?):
            throw hash.refused("is not taken beside a height")
        }
    }

    private static func transactionDetail(_ arguments: RPCArguments) throws(JSONReadError) -> TransactionDetail {
        try arguments.optional("transactions")?
            .string(as: "one of none, ids, full") { TransactionDetail(rawValue: $0) } ?? .ids
    }

    /// Headers in a row.
    ///
    /// The cursor is a height, though no client need know: the block at it has been seen.
    @Sendable
    static func blockList(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let (after, limit, order) = try RPCFault.reading { () throws(JSONReadError) in
            let after = try arguments.optional("cursor")?.decimal()
            let order =
                try arguments.optional("order")?
                .string(as: "one of newest, oldest") { BlockOrder(rawValue: $0) } ?? .newest
            return (after.map { Height($0) }, try pageLimit(arguments), order)
        }
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.headers(order, after: after, limit: limit)
        }
        let last = answer.headers.last?.header.height
        let next: Height? =
            switch order {
            case .newest: last == .zero ? nil : last
            // There will be more.
            case .oldest: last ?? after
            }
        return [
            "blocks": .array(answer.headers.map { ["hash": .string($0.hash.hex), "header": $0.header.json] }),
            "cursor": next.map { .decimal($0.number) } ?? .null, "at": answer.at.json,
        ]
    }

    /// Whole blocks in a row as their bytes: what a verifier reads.
    ///
    /// Bounded by bytes as well, so that one answer never holds more than a part of what an answer may be.
    @Sendable
    static func blockRange(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let (from, limit) = try RPCFault.reading { () throws(JSONReadError) in
            let from = try arguments.required("from")
            let height = try from.decimal()
            guard height > 0 else {
                throw from.expected("a height of at least 1: block 0 follows from the genesis file")
            }
            return (Height(height), try pageLimit(arguments))
        }
        let byteCountMax = context.limits.responseBytesMax / 8
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.blocks(from: from, limit: limit, byteCountMax: byteCountMax)
        }
        let blocks: [JSON] = answer.blocks.map { item in
            var writer = WireWriter(capacity: 1_024 + Int(item.block.header.transactionBytes))
            item.encode(into: &writer)
            return .string(Hex.encode(writer.bytes))
        }
        return ["blocks": .array(blocks), "at": answer.at.json]
    }

    /// How many elements a page holds: 1 to 1,000, 100 unless given.
    static func pageLimit(_ arguments: RPCArguments) throws(JSONReadError) -> Int {
        guard let limit = arguments.optional("limit") else { return 100 }
        let number = try limit.integer(max: pageLimitMax)
        guard number > 0 else { throw limit.expected("a whole number from 1 to \(pageLimitMax)") }
        return number
    }

    static var pageLimitMax: Int { 1_000 }

    @Sendable
    static func feeQuote(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        FeeQuote(try await context.ask { (gateway) throws(GatewayError) in try await gateway.feeFacts() }).json
    }

    @Sendable
    static func nodeStatus(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let status = try await context.ask { (gateway) throws(GatewayError) in try await gateway.nodeStatus() }
        return status.json(network: context.gateway.genesis.networkID)
    }

    /// What a client must know before it signs, and what this node takes.
    @Sendable
    static func networkInfo(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let genesis = context.gateway.genesis
        let head = try await context.ask { (gateway) throws(GatewayError) in try await gateway.head() }
        return [
            "network": .string(genesis.networkID.hex), "genesisTimeMilliseconds": .decimal(genesis.time.number),
            "supply": .decimal(genesis.supply.units), "parameters": genesis.parameters.json,
            "limits": [
                "bodyBytes": .integer(context.limits.bodyBytesMax), "batch": .integer(context.limits.batchMax),
                "transactions": .integer(context.limits.transactionsMax),
                "waitMilliseconds": .integer(context.limits.waitMillisecondsMax),
            ],
            "at": head.json,
        ]
    }

    @Sendable
    static func validatorList(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON
    {
        let answer = try await context.ask { (gateway) throws(GatewayError) in try await gateway.validators() }
        return answer.json(prefix: context.accountPrefix)
    }
}

import ChainCore
import LedgerCore
import Primitives
import StrictJSON

// tx_check, tx_encode, tx_receipt, account_history.

extension RPCMethod {
    /// A dry run: what `tx_submit` would answer, and what the transaction would take and leave.
    @Sendable
    static func check(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let draft = try RPCFault.reading { () throws(JSONReadError) in
            try DraftArgument(try arguments.required("transaction"), genesis: context.gateway.genesis)
        }
        let answer: CheckAnswer
        if let rejection = draft.rejection {
            let head = try await context.ask { (gateway) throws(GatewayError) in try await gateway.head() }
            answer = CheckAnswer(id: nil, outcome: .status(.rejected(rejection)), at: head)
        } else {
            answer = try await context.ask { (gateway) throws(GatewayError) in
                try await gateway.check(draft.identified, isSigned: draft.isSigned, by: context.client)
            }
        }
        return answer.json(isSigned: draft.isSigned)
    }

    /// What to sign, for those who have no encoder of their own; they trust the node with what they sign.
    @Sendable
    static func encode(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let draft = try RPCFault.reading { () throws(JSONReadError) in
            let argument = try arguments.required("transaction")
            let draft = try DraftArgument(argument, genesis: context.gateway.genesis)
            guard draft.rejection == nil else { throw argument.refused("it says that it is meant for another network") }
            return draft
        }
        return [
            "id": .string(draft.identified.id.hex),
            "signingBytes": .string(Hex.encode(draft.identified.id.signingBytes)),
        ]
    }

    @Sendable
    static func receipt(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let id = try RPCFault.reading { () throws(JSONReadError) in
            try arguments.required("id")
                .string(as: "a transaction id of 64 lower-case hex digits") { TransactionID(hex: $0) }
        }
        let found = try await context.ask { (gateway) throws(GatewayError) in try await gateway.receipt(of: id) }
        guard let answer = found else { throw RPCFault(.transactionNotFinal) }
        return ["receipt": answer.receipt.json(prefix: context.accountPrefix), "at": answer.at.json]
    }

    @Sendable
    static func history(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let prefix = context.accountPrefix
        let (account, cursor, limit, filter) = try RPCFault.reading { () throws(JSONReadError) in
            (
                try arguments.required("account").account(prefix: prefix),
                try arguments.optional("cursor")?
                    .string(as: "a cursor that this method answered") { HistoryCursor(text: $0) },
                try pageLimit(arguments), try historyFilter(arguments)
            )
        }
        let answer = try await context.ask { (gateway) throws(GatewayError) in
            try await gateway.history(of: account, from: cursor, limit: limit, filter: filter)
        }
        guard let page = answer.page else {
            throw try RPCFault.reading { () throws(JSONReadError) in
                RPCFault(try arguments.required("cursor").refused("it is no cursor of this account"))
            }
        }
        return [
            "account": .string(account.text(prefix: prefix)),
            "items": .array(page.items.map { $0.json(prefix: prefix) }),
            "cursor": page.next.map { .string($0.text) } ?? .null, "at": answer.at.json,
        ]
    }

    private static func historyFilter(_ arguments: RPCArguments) throws(JSONReadError) -> HistoryFilter {
        HistoryFilter(
            isIncoming: try arguments.optional("direction")?
                .string(as: "one of in, out") { ["in": true, "out": false][$0] },
            reference: try arguments.optional("reference")?.string(as: "lower-case hex") { Hex.decode($0) }
        )
    }
}

extension CheckAnswer {
    fileprivate func json(isSigned: Bool) -> JSON {
        var members: JSONObject = ["id": id.map { .string($0.hex) } ?? .null, "signed": .bool(isSigned)]
        let rest: JSONObject =
            switch outcome {
            case .admissible(let terms): terms.members
            case .status(let status): status.members
            }
        for member in rest.members { members.append(member.name, member.value) }
        members.append("at", at.json)
        return .object(members)
    }
}

extension AdmissionTerms {
    fileprivate var members: JSONObject {
        [
            "status": "admissible", "shares": .decimal(shares),
            "price": ["now": .decimal(priceNow), "atMost": .decimal(priceAtMost)],
            "fee": ["now": .decimal(feeNow.units), "atMost": .decimal(feeAtMost.units)],
            "balance": .decimal(balance.units), "reserved": .decimal(reserved.units),
            "remains": ["now": .decimal(remainsNow.units), "atLeast": .decimal(remainsAtLeast.units)],
            "empties": .bool(remainsAtLeast == .zero),
        ]
    }
}

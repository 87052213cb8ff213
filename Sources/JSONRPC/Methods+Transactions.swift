import LedgerCore
import Primitives
import StrictJSON

// tx_submit, tx_submitBatch, tx_status, tx_wait (spec 2.3).
//
// Whatever decodes gets a result, a rejection included. An error says that the node makes no statement at all: then
// nothing is known of the transaction, and the same bytes may be sent again.

extension RPCMethod {
    @Sendable
    static func submit(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let transaction = try RPCFault.reading { () throws(JSONReadError) in
            try TransactionArgument(try arguments.required("transaction"), genesis: context.gateway.genesis)
        }
        return try await answers(to: [transaction], in: context)[0].json
    }

    @Sendable
    static func submitBatch(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let genesis = context.gateway.genesis
        let transactions = try RPCFault.reading { () throws(JSONReadError) in
            var transactions: [TransactionArgument] = []
            let elements = try arguments.required("transactions").elements(limit: context.limits.transactionsMax)
            transactions.reserveCapacity(elements.count)
            for element in elements { transactions.append(try TransactionArgument(element, genesis: genesis)) }
            return transactions
        }
        return ["results": .array(try await answers(to: transactions, in: context).map(\.json))]
    }

    /// One answer each, in their order; the gateway gets all that are meant for this network at once.
    private static func answers(
        to arguments: [TransactionArgument],
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> [SubmissionAnswer] {
        var own: [IdentifiedTransaction] = []
        own.reserveCapacity(arguments.count)
        for case .own(let transaction) in arguments { own.append(transaction) }
        var given: [SubmissionAnswer] = []
        if !own.isEmpty {
            given = try await context.ask { (gateway) throws(GatewayError) in
                try await gateway.submit(own, by: context.client)
            }
        }
        precondition(given.count == own.count, "the gateway gives one answer to each transaction")
        guard own.count < arguments.count else { return given }
        var next = given.makeIterator()
        return arguments.compactMap { argument in
            switch argument {
            case .own: next.next()
            case .foreign(let rejection): SubmissionAnswer(id: nil, status: .rejected(rejection))
            }
        }
    }

    @Sendable
    static func status(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        switch try query(arguments, in: context) {
        case .query(let query):
            return try await context.ask { (gateway) throws(GatewayError) in
                try await gateway.status(of: query, by: context.client)
            }
            .json
        case .foreign(let rejection):
            return try await answer(foreign: rejection, in: context)
        }
    }

    /// Returns with a verdict, or at the end of the timeout with what is known then.
    ///
    /// The timeout counts from the arrival of the request, so that the waits of one batch run side by side.
    @Sendable
    static func wait(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let timeout = try RPCFault.reading { () throws(JSONReadError) in
            try arguments.optional("timeoutMilliseconds")?.integer(max: context.limits.waitMillisecondsMax)
                ?? min(10_000, context.limits.waitMillisecondsMax)
        }
        switch try query(arguments, in: context) {
        case .query(let query):
            let rest = Duration.milliseconds(timeout) - (.now - context.received)
            let milliseconds = max(0, rest / .milliseconds(1))
            let answer = await context.load.waiting(by: context.client) {
                await context.waits.whileConnected(context.connection) {
                    () async -> Result<StatusAnswer, GatewayError> in
                    do throws(GatewayError) {
                        return .success(
                            try await context.gateway.wait(
                                for: query,
                                timeout: Milliseconds(UInt64(milliseconds)),
                                by: context.client
                            )
                        )
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return try await context.ask { (_) throws(GatewayError) in try answer.get() }.json
        case .foreign(let rejection):
            return try await answer(foreign: rejection, in: context)
        }
    }

    private static func answer(
        foreign rejection: Rejection,
        in context: RPCContext<Gateway>
    ) async throws(RPCFault) -> JSON {
        let head = try await context.ask { (gateway) throws(GatewayError) in try await gateway.head() }
        return StatusAnswer(id: nil, status: .rejected(rejection), at: head).json
    }

    /// Either the transaction, or its id and what was signed as its end.
    private static func query(
        _ arguments: RPCArguments,
        in context: RPCContext<Gateway>
    ) throws(RPCFault) -> QueryArgument {
        try RPCFault.reading { () throws(JSONReadError) in
            if let transaction = arguments.optional("transaction") {
                if let surplus = arguments.optional("id") ?? arguments.optional("validUntil") {
                    throw surplus.refused("is not taken beside the transaction, which has it")
                }
                switch try TransactionArgument(transaction, genesis: context.gateway.genesis) {
                case .own(let transaction): return .query(.transaction(transaction))
                case .foreign(let rejection): return .foreign(rejection)
                }
            }
            let id = try arguments.required("id")
                .string(as: "a transaction id of 64 lower-case hex digits") { TransactionID(hex: $0) }
            let validUntil = try arguments.optional("validUntil")?.decimal()
            return .query(.id(id, validUntil: validUntil.map { Milliseconds($0) }))
        }
    }
}

private enum QueryArgument {
    case query(TransactionQuery)
    case foreign(Rejection)
}

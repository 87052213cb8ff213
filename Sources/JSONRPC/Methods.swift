import LedgerCore
import Primitives
import StrictJSON

// The methods: name, parameters in the order of their positions, answer, example, and what carries them out.
//
// Docs/Spec/6-rpc.md describes each, and `rpc.discover` shows this table; tests compare the three.

extension RPCMethod {
    static var all: [RPCMethod] { transactionMethods + chainMethods + proofMethods + nodeMethods }

    private static var transactionMethods: [RPCMethod] {
        [
            RPCMethod(
                "tx_submit",
                "Submits a signed transaction and says what can be said of it at once.",
                [.required("transaction", "In hex of its canonical bytes, or as an object.", Schema.signed)],
                result: Schema.submission,
                faults: [.spaceLow],
                hasEffect: true,
                example: { ["transaction": .string($0.unpayable)] },
                answer: submit
            ),
            RPCMethod(
                "tx_submitBatch",
                "Submits many transactions at once; one result each, in their order.",
                [.required("transactions", "Each in either form.", Schema.array(of: Schema.signed))],
                result: Schema.submissions,
                faults: [.spaceLow],
                hasEffect: true,
                example: { ["transactions": [.string($0.unpayable)]] },
                answer: submitBatch
            ),
            RPCMethod(
                "tx_status",
                "Says whether a transaction has settled, never will, or may yet.",
                transactionQuery,
                result: Schema.transactionStatus,
                example: { _ in ["id": .string(TransactionID.zero.hex)] },
                answer: status
            ),
            RPCMethod(
                "tx_wait",
                "Like tx_status, but answers once there is a verdict or the time is over.",
                transactionQuery + [
                    .optional(
                        "timeoutMilliseconds",
                        "From the arrival of the request; 10,000 unless given.",
                        Schema.integer()
                    )
                ],
                result: Schema.transactionStatus,
                example: { _ in ["id": .string(TransactionID.zero.hex), "timeoutMilliseconds": 0] },
                answer: wait
            ),
            RPCMethod(
                "tx_check",
                "A dry run: what a transaction would cost and leave, or why it would not be taken; admits nothing.",
                [.required("transaction", "In either form; the authorization may be left out.", Schema.draft)],
                result: Schema.dryRun,
                example: { ["transaction": .string($0.unpayable)] },
                answer: check
            ),
            RPCMethod(
                "tx_encode",
                "The id of a transaction and the bytes to sign; who signs them trusts the node to have encoded it.",
                [.required("transaction", "In either form; the authorization may be left out.", Schema.draft)],
                result: Schema.encoding,
                example: { ["transaction": .string($0.unpayable)] },
                answer: encode
            ),
            RPCMethod(
                "tx_receipt",
                "The receipt of a final transaction, which anybody with the genesis file can check offline.",
                [.required("id", "The transaction's id.", Schema.hash)],
                result: Schema.receipt,
                faults: [.transactionNotFinal],
                // No transaction is final on every node.
                example: nil,
                answer: receipt
            ),
        ]
    }

    private static var chainMethods: [RPCMethod] {
        [
            RPCMethod(
                "account_get",
                "The balance of an account in the final state.",
                [.required("account", "The account.", Schema.account)],
                result: Schema.accountState,
                example: { ["account": .string($0.text(of: .pool))] },
                answer: account
            ),
            RPCMethod(
                "account_history",
                "What happened to an account, newest first, in pages.",
                [
                    .required("account", "The account.", Schema.account),
                    .optional("cursor", "As the page before answered it; what is older comes.", Schema.hex),
                    .optional("limit", "Items at most; 100 unless given.", Schema.integer(max: pageLimitMax)),
                    .optional("direction", "Only what came in, or went out.", Schema.one(of: ["in", "out"])),
                    .optional("reference", "Only payments with exactly this reference, in hex.", Schema.hex),
                ],
                result: Schema.accountHistory,
                example: { ["account": .string($0.text(of: .pool)), "limit": 1] },
                answer: history
            ),
            RPCMethod(
                "block_get",
                "A final block by height or hash; without either, the latest.",
                [
                    .optional("height", "Its height.", Schema.decimal),
                    .optional("hash", "Its hash, instead of the height.", Schema.hash),
                    .optional(
                        "transactions",
                        "How much of its transactions to show; ids unless given.",
                        Schema.one(of: TransactionDetail.allCases.map(\.rawValue))
                    ),
                ],
                result: Schema.block,
                faults: [.blockUnknown],
                example: { _ in ["transactions": "none"] },
                answer: block
            ),
            RPCMethod(
                "block_list",
                "Headers of final blocks in a row, in pages.",
                [
                    .optional("cursor", "As the page before answered it.", Schema.decimal),
                    .optional("limit", "Blocks at most; 100 unless given.", Schema.integer(max: pageLimitMax)),
                    .optional(
                        "order",
                        "Which come first; newest unless given.",
                        Schema.one(of: BlockOrder.allCases.map(\.rawValue))
                    ),
                ],
                result: Schema.blockList,
                example: { _ in ["limit": 1, "order": "oldest"] },
                answer: blockList
            ),
            RPCMethod(
                "block_range",
                "Whole final blocks in a row in bytes, each with what makes it final: what a verifier reads.",
                [
                    .required("from", "The height of the first, from 1 on.", Schema.decimal),
                    .optional("limit", "Blocks at most; 100 unless given.", Schema.integer(max: pageLimitMax)),
                ],
                result: Schema.blockRange,
                example: { _ in ["from": "1", "limit": 1] },
                answer: blockRange
            ),
            RPCMethod(
                "fee_quote",
                "What a share costs now, what it cost lately, and which maximum to sign.",
                result: Schema.feeQuote,
                example: { _ in [:] },
                answer: feeQuote
            ),
        ]
    }

    private static var nodeMethods: [RPCMethod] {
        [
            RPCMethod(
                "node_status",
                "How the node is, and why the chain does not move when it does not.",
                result: Schema.nodeStatus,
                example: { _ in [:] },
                answer: nodeStatus
            ),
            RPCMethod(
                "node_peers",
                "Where every peer stands: sessions, what it said last, and why it was lost.",
                result: Schema.nodePeers,
                example: { _ in [:] },
                answer: nodePeers
            ),
            RPCMethod(
                "mempool_info",
                "What waits for a block, for how long, and at which prices.",
                result: Schema.mempoolInfo,
                example: { _ in [:] },
                answer: mempoolInfo
            ),
            RPCMethod(
                "network_info",
                "What a client must know before it signs, and what this node takes at once.",
                result: Schema.networkInfo,
                example: { _ in [:] },
                answer: networkInfo
            ),
            RPCMethod(
                "validator_list",
                "The validators of the current epoch.",
                result: Schema.validatorList,
                example: { _ in [:] },
                answer: validatorList
            ),
            RPCMethod(
                "rpc.discover",
                "This interface as an OpenRPC document.",
                result: Schema.facts,
                // The document would hold itself.
                example: nil,
                answer: discover
            ),
        ]
    }

    private static var transactionQuery: [RPCParameter] {
        [
            .optional("transaction", "In either form; without id and validUntil.", Schema.signed),
            .optional("id", "Instead of the transaction.", Schema.hash),
            .optional("validUntil", "Beside the id: what was signed as the end.", Schema.decimal),
        ]
    }
}

extension Genesis {
    fileprivate func text(of account: AccountID) -> String { account.text(prefix: parameters.accountPrefix) }

    /// A transaction that every node rejects and nobody can make valid: the pool cannot sign.
    fileprivate var unpayable: String {
        let payment = Payment(payee: .pool, amount: Amount(units: 1), reference: [])
        let transaction = Transaction(
            payer: .pool,
            nonce: 1,
            validUntil: time,
            maxPrice: parameters.priceCap,
            action: .pay([payment])
        )
        return Hex.encode(SignedTransaction(transaction: transaction, authorization: .owner(.zero)).encoded())
    }
}

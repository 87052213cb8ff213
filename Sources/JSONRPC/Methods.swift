import StrictJSON

// The methods: name, parameters in the order of their positions, and what carries them out.
// Docs/Spec/6-rpc.md describes each; a test compares the two.

extension RPCMethod {
    static var all: [RPCMethod] {
        [
            RPCMethod("tx_submit", [.required("transaction")], hasEffect: true, answer: submit),
            RPCMethod("tx_submitBatch", [.required("transactions")], hasEffect: true, answer: submitBatch),
            RPCMethod("tx_status", transactionQuery, answer: status),
            RPCMethod("tx_wait", transactionQuery + [.optional("timeoutMilliseconds")], answer: wait),
            RPCMethod("account_get", [.required("account")], answer: account),
            RPCMethod(
                "block_get",
                [.optional("height"), .optional("hash"), .optional("transactions")],
                answer: block
            ),
            RPCMethod("fee_quote", answer: feeQuote),
            RPCMethod("node_status", answer: nodeStatus),
            RPCMethod("network_info", answer: networkInfo),
            RPCMethod("validator_list", answer: validatorList),
        ]
    }

    private static var transactionQuery: [RPCParameter] {
        [.optional("transaction"), .optional("id"), .optional("validUntil")]
    }
}

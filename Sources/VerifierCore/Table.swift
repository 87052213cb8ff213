/// The tables of a chain (spec 8.6): what accountants ask about, row by row.
package enum Table: Int, CaseIterable, Sendable {
    case validators
    case accounts
    case blocks
    case payments
    case payouts

    package var name: String {
        switch self {
        case .validators: "validators"
        case .accounts: "accounts"
        case .blocks: "blocks"
        case .payments: "payments"
        case .payouts: "payouts"
        }
    }

    package func fileName(_ format: TableFormat) -> String { "\(name).\(format.rawValue)" }

    var columns: [String] {
        switch self {
        case .validators:
            ["validator", "name", "consensus_key", "node_key", "note_key", "payout_account"]
        case .accounts:
            ["number", "account", "genesis_balance", "balance", "touched_height"]
        case .blocks:
            [
                "height", "hash", "time_ms", "time", "view", "leader", "finalized", "floor", "cost", "price", "shares",
                "transactions", "payments", "fees", "payout", "pool_balance",
            ]
        case .payments:
            [
                "height", "index", "payment", "time", "id", "payer", "payee", "amount", "fee", "reference_hex",
                "reference_text", "payer_balance", "payee_balance",
            ]
        case .payouts:
            ["height", "time", "validator", "account", "amount", "balance"]
        }
    }
}

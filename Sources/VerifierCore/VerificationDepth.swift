/// How much of a chain is looked at.
package enum VerificationDepth: String, CaseIterable, Hashable, Sendable {
    /// Everything that the rules say, and everything that a source holds beside the chain.
    case full
    /// Headers, certificates, and the roots over the transactions and the log: that a quorum vouches for exactly these
    /// bytes. Not that what it vouches for keeps the rules.
    case light

    /// What is not looked at, in the words of the report; nothing at full depth.
    package var omissions: [String] {
        switch self {
        case .full: []
        case .light:
            [
                "the signatures of transactions",
                "balances, prices, fees, payouts and the roots over the accounts: as the headers say them",
                "what is stored or served beside the blocks, and whether the chain was cut off",
            ]
        }
    }
}

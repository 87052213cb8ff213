import ArgumentParser
import Cryptography
import LedgerCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

/// What a transaction may cost, and for how long it may wait for a block.
struct PaymentTerms: ParsableArguments {
    @Option(help: ArgumentHelp("The most to pay as fee for all of it, such as 0.000400", valueName: "amount"))
    var maxFee: String?

    @Option(
        help: ArgumentHelp(
            "The most to pay per share, in base units; what the network allows if neither is given",
            valueName: "units"
        )
    )
    var maxPrice: UInt64?

    @Option(help: ArgumentHelp("For how long a block may take it", valueName: "time"))
    var validFor = "2min"

    func validate() throws {
        guard maxFee == nil || maxPrice == nil else {
            throw ValidationError("expected --max-fee or --max-price, not both")
        }
        guard Milliseconds(settingText: validFor) != nil else {
            throw ValidationError("--valid-for: expected a length of time, such as 30s or 2min")
        }
    }

    /// A transaction that nobody has signed yet, with a nonce of its own, for the network of a node.
    func transaction(
        payer: AccountID,
        payments: [Payment],
        network: NetworkFacts,
        client: RPCClient
    ) async throws(CommandFailure) -> Transaction {
        guard let lifetime = Milliseconds(settingText: validFor), lifetime <= network.maxLifetime else {
            throw CommandFailure(
                .badInput,
                "--valid-for \(validFor) is more than the \(network.maxLifetime) ms that this network allows"
            )
        }
        // The node judges validUntil by its own clock, and ours may be wrong.
        let status = try await calling { () throws(RPCClientError) in try await client.nodeStatus() }
        let now = try reading { () throws(JSONReadError) in try NodeClock(JSONReader(status, root: "result")).now }
        return Transaction(
            payer: payer,
            nonce: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) },
            validUntil: now.adding(lifetime),
            maxPrice: try priceLimit(shares: UInt64(payments.count) + 1, network: network),
            action: .pay(payments)
        )
    }

    /// Without a limit the highest price there is, since all in a block pay the same.
    ///
    /// Less would leave a payment waiting for company that may not come. What others paid of late (`fee_quote`) says nothing about a block with nobody else in it.
    private func priceLimit(shares: UInt64, network: NetworkFacts) throws(CommandFailure) -> UInt64 {
        if let maxPrice { return maxPrice }
        if let maxFee {
            let price = try network.amount(maxFee).units / shares
            guard price >= network.priceFloor else {
                let least = Amount(units: network.priceFloor * shares)
                throw CommandFailure(
                    .badInput,
                    "--max-fee \(maxFee) is less than the lowest fee of \(shares) shares, \(network.text(least)): it would never settle"
                )
            }
            return price
        }
        return network.priceCap
    }
}

extension NetworkFacts {
    /// An amount as people write it.
    func amount(_ text: String) throws(CommandFailure) -> Amount {
        do throws(DecimalAmount.Failure) {
            return try DecimalAmount.parse(text, decimals: decimals)
        } catch {
            throw CommandFailure(error, text: text, unit: unit)
        }
    }

    /// An amount as people read it.
    func text(_ amount: Amount) -> String { "\(DecimalAmount.text(amount, decimals: decimals)) \(unit)" }
}

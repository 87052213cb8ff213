package import Primitives

// Parameters that fit together, for those who begin a network (spec 2.4).

extension Parameters {
    /// The demo network with blocks as large and as frequent as measurements of many payments need them.
    package static var bench: Parameters {
        var parameters = Parameters.defaults
        parameters.maxBlockShares = 131_072
        parameters.maxBlockBytes = 8 << 20
        parameters.minBlockInterval = Milliseconds(100)
        return parameters
    }

    /// Parameters of a network whose fees cover what its operators spend.
    ///
    /// `monthlyCost` is what all operators together spend in a month of 730 hours, in base units of 9 decimals. Payouts of a
    /// minute bring it back exactly; the pool aims at a day of them, and blocks cost less the fuller it is. Nil when the
    /// cost is zero a minute, or too large to count.
    package static func covering(monthlyCost: Amount, unit: String, accountPrefix: String) -> Parameters? {
        let minutesPerMonth: UInt64 = 730 * 60
        let payout = monthlyCost.units / minutesPerMonth
        let (reserve, overflow) = payout.multipliedReportingOverflow(by: 24 * 60)
        guard payout > 0, !overflow, reserve < 1 << 62, let blockCost = payout.roundedUpToOneDigit else { return nil }
        var parameters = Parameters.defaults
        parameters.unit = unit
        parameters.decimals = 9
        parameters.accountPrefix = accountPrefix
        parameters.openingMinimum = Amount(units: 1_000_000)
        parameters.blockCost = blockCost
        parameters.priceFloor = 10
        parameters.priceCap = 200_000
        parameters.reserveTarget = Amount(units: reserve)
        parameters.payoutInterval = Milliseconds(60_000)
        parameters.payoutMaximum = Amount(units: payout)
        return parameters
    }

    /// From how many lone payments a thousand seconds on the fees cover the payouts, if all sign the cap; nil: from none on.
    package var breakEvenPerThousandSeconds: UInt64? {
        guard payoutMaximum.units > 0, priceCap > 0 else { return nil }
        let need = UInt128(payoutMaximum.units) * 1_000_000
        let each = UInt128(payoutInterval.number) * UInt128(2 * priceCap)
        return UInt64(clamping: (need + each - 1) / each)
    }

    /// What a block costs once the pool is in balance: with a reserve target as much as one block interval's payouts.
    package var steadyBlockCost: UInt64 {
        guard reserveTarget.units > 0 else { return blockCost }
        let need = UInt128(payoutMaximum.units) * UInt128(blockSpacing.number) / UInt128(payoutInterval.number)
        return min(blockCost, UInt64(clamping: need))
    }

    /// The highest block cost at which a block at its limits has the floor as its price, whatever its transactions.
    ///
    /// 115 bytes are the smallest share there is: that of a transaction of many payments without references.
    package var blockCostCoveredByFloor: UInt64 {
        let shares = min(UInt64(maxBlockShares), UInt64(maxBlockBytes) / 115)
        return priceFloor.multipliedReportingOverflow(by: shares).partialValue / 4
    }
}

extension UInt64 {
    /// 9,132,420 becomes 10,000,000; nil when that is too large.
    fileprivate var roundedUpToOneDigit: UInt64? {
        var unit: UInt64 = 1
        while self / unit >= 10 { unit *= 10 }
        let (digit, rest) = quotientAndRemainder(dividingBy: unit)
        let (rounded, overflow) = (rest == 0 ? digit : digit + 1).multipliedReportingOverflow(by: unit)
        return overflow ? nil : rounded
    }
}

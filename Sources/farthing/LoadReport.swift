import LedgerCore
import Primitives
import StrictJSON

/// A moment of a load, for the table and for programs.
struct LoadReport: Sendable {
    let tally: LoadTally
    let statistics: LoadStatistics
    let planned: Int
    /// Milliseconds since the load began.
    let time: UInt64
    let decimals: Int
    let unit: String

    // MARK: The table

    static let columns = "     time   height     final   per s   in block   price    fee/payment     p50     p99"

    /// `previous` is the row above, for the rate.
    func row(after previous: LoadReport?) -> String {
        let since = previous.map { time - $0.time } ?? time
        let gained = tally.final - (previous?.tally.final ?? 0)
        let latest = statistics.latest
        let cells: [(String, Int)] = [
            ("\(time / 1_000).\(time / 100 % 10) s", 9), ("\(statistics.height)", 9), ("\(tally.final)", 10),
            ("\(since == 0 ? 0 : UInt64(gained) * 1_000 / since)", 8), (latest.map { "\($0.paymentCount)" } ?? "-", 11),
            (latest.map { "\($0.price)" } ?? "-", 8), (latest.map { money($0.price * 200) } ?? "-", 15),
            (milliseconds(50), 8), (milliseconds(99), 8),
        ]
        return cells.map { text, width in String(repeating: " ", count: max(1, width - text.count)) + text }.joined()
    }

    private func milliseconds(_ percentile: Double) -> String {
        statistics.latency(percentile: percentile).map { "\($0) ms" } ?? "-"
    }

    /// Hundredths of a base unit as money; the two digits more than the unit has are dropped when they are zeros.
    private func money(_ hundredths: UInt64) -> String {
        let text = DecimalAmount.text(Amount(units: hundredths), decimals: decimals + 2)
        return text.hasSuffix("00") ? String(text.dropLast(2)) : text
    }

    // MARK: The end

    var lines: [String] {
        [
            "payments    \(tally.sent) sent, \(tally.final) final in \(time / 1_000).\(time / 100 % 10) s",
            "problems    \(tally.rejected) transactions rejected, \(tally.expired) expired",
            "lowest fee  \(sentence(statistics.lowest))",
            "highest fee \(sentence(statistics.highest))",
            "finality    p50 \(milliseconds(50)), p99 \(milliseconds(99))",
        ]
    }

    private func sentence(_ share: LoadStatistics.FeeShare?) -> String {
        guard let share else { return "-" }
        let sharers = share.paymentCount.map { ", shared by \($0) payments" } ?? ""
        return "\(money(share.hundredths)) \(unit) a payment, in block \(share.height)\(sharers)"
    }

    var json: JSON {
        [
            "milliseconds": .decimal(time),
            "height": .decimal(statistics.height),
            "payments": ["planned": .integer(planned), "sent": .integer(tally.sent), "final": .integer(tally.final)],
            "transactions": [
                "rejected": .integer(tally.rejected), "expired": .integer(tally.expired),
                "expiredAfterPending": .integer(tally.expiredAfterPending), "refusals": .integer(tally.refusals),
                "lastingRefusals": .integer(tally.lastingRefusals), "unanswered": .integer(tally.unanswered),
            ],
            "feePerPayment": ["lowest": json(statistics.lowest), "highest": json(statistics.highest)],
            "finalityMilliseconds": [
                "p50": statistics.latency(percentile: 50).map { .integer($0) } ?? .null,
                "p99": statistics.latency(percentile: 99).map { .integer($0) } ?? .null,
            ],
        ]
    }

    private func json(_ share: LoadStatistics.FeeShare?) -> JSON {
        guard let share else { return .null }
        return [
            "amount": .string(money(share.hundredths)), "height": .decimal(share.height),
            "sharedByPayments": share.paymentCount.map { .decimal($0) } ?? .null,
        ]
    }
}

import Foundation
import JSONRPC
import LedgerCore
import Primitives
import StrictJSON
import Testing

struct StatusTextTests {
    static let rejections: [Rejection] = [
        .wrongNetwork(.zero), .tooLarge(byteCount: 2, limit: 1), .noPayments, .tooManyPayments(count: 2, limit: 1),
        .amountIsZero(payment: 0), .referenceTooLong(payment: 0, byteCount: 65, limit: 64), .payeeInvalid(payment: 3),
        .payerInvalid, .totalAboveSupply(supply: Amount(units: 5)), .maxPriceBelowFloor(maxPrice: 1, priceFloor: 2),
        .signatureInvalid, .nonceUsed(by: .zero),
    ]
    static let refusals: [Refusal] = [
        .notYetValid(from: Milliseconds(1)), .noncePending(other: .zero), .priceBelowReach(maxPrice: 1, floor: 2),
        .payeeBelowOpeningMinimum(payment: 0, minimum: Amount(units: 1_000)),
        .insufficientFunds(balance: .zero, wanted: Amount(units: 1)), .shareAllowanceUsed(limit: 5), .payerQueueFull,
        .busy,
    ]

    private var texts: [StatusText] { Self.rejections.map(\.text) + Self.refusals.map(\.text) }

    @Test
    func givesEveryCaseAReasonOfItsOwnAndASentence() {
        #expect(Set(texts.map(\.reason)).count == texts.count)
        for text in texts {
            #expect(text.reason.allSatisfy { $0.isASCII && $0.isLetter } && text.reason.first?.isLowercase == true)
            #expect(text.sentence.first?.isUppercase == true && text.sentence.hasSuffix("."), "\(text)")
        }
    }

    /// The reason is the case's own name, so that code, answer and documentation can be searched with one word.
    @Test
    func namesAReasonAsTheCaseIsNamed() {
        for rejection in Self.rejections { #expect("\(rejection)".prefix { $0 != "(" } == rejection.text.reason) }
        for refusal in Self.refusals { #expect("\(refusal)".prefix { $0 != "(" } == refusal.text.reason) }
    }

    @Test
    func describesEveryReasonAndErrorAndMethodInTheSpecification() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/Spec/6-rpc.md")
        let specification = try String(contentsOf: file, encoding: .utf8)
        for text in texts { #expect(specification.contains("| `\(text.reason)` |"), "\(text.reason)") }
        for reason in RPCFault.Reason.allCases {
            let retryable = reason.isRetryable ? "yes" : "no"
            let row = "| \(reason.code) | `\(reason.rawValue)` | \(retryable) |"
            #expect(specification.contains(row), "\(row)")
        }
        let methods = try await withServer { port in
            try await RawConnection.open(port) { connection in
                try await connection.get("/")
                return try JSON.parse(try #require(try await connection.answer()).body)["methods"]?.asArray ?? []
            }
        }
        #expect(methods.count > 10)
        for method in methods.compactMap(\.asString) { #expect(specification.contains("### `\(method)`"), "\(method)") }
    }

    @Test
    func keepsErrorCodesWhereJSONRPCWantsThem() {
        for reason in RPCFault.Reason.allCases {
            let isSpecified = [-32_700, -32_600, -32_601, -32_602, -32_603].contains(reason.code)
            let isServers = (-32_005 ... -32_001).contains(reason.code)
            #expect(isSpecified || isServers || reason.code >= 1_000, "\(reason)")
        }
    }
}

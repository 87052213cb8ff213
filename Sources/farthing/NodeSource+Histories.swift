import ChainCore
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

/// What the node is to be asked of accounts' histories: what a block did to an account, and which block did so before.
struct HistoryQuestions {
    struct Question {
        /// The account in the network's text.
        let account: String
        let height: Height
        /// Newest first, as many as a page may hold.
        let items: [HistoryItem]
        let next: HistoryCursor?
    }

    private var questions: [Question] = []
    private let stride: UInt64
    private var touchedCount: UInt64 = 0

    /// At most how many, in a chain without payments to many: others would make a verification last for ever.
    private static let questionsMax: UInt64 = 1_000
    private static let itemsMax = 1_000
    private static let batchMax = 100

    init(logSize: UInt64, blockCount: UInt64) {
        // A payer and a payee for each transaction, and the fee pool for each block; as a node says, so it may be any number.
        stride = 1 + logSize / (Self.questionsMax / 2) + blockCount / Self.questionsMax
    }

    /// So many that one answer holds them.
    var isEnough: Bool { questions.count >= Self.batchMax }

    mutating func add(_ final: FinalBlock, _ genesis: Genesis) {
        for touched in final.delta.touched {
            defer { touchedCount += 1 }
            guard touchedCount % stride == 0 else { continue }
            let items = ChainCore.AccountHistory.items(
                of: touched.id,
                in: final.block.block,
                before: touched.balanceBefore,
                after: touched.balance,
                payoutAccounts: genesis.payoutAccounts
            )
            guard let items, !items.isEmpty else {
                preconditionFailure("a block's transactions and its payout make every balance that it changes")
            }
            let rest = max(0, items.count - Self.itemsMax)
            let before = touched.isOpened ? nil : HistoryCursor(through: touched.touchedBefore)
            questions.append(
                Question(
                    account: touched.id.text(prefix: genesis.parameters.accountPrefix),
                    height: final.height,
                    items: items.dropFirst(rest).reversed(),
                    next: rest > 0 ? HistoryCursor(height: final.height, itemCount: UInt32(rest)) : before
                )
            )
        }
    }

    /// The next questions, as many as one answer holds: a page alone may be long.
    mutating func take() -> [Question] {
        var itemCount = 0
        let taken = questions.prefix(Self.batchMax).prefix { question in
            defer { itemCount += question.items.count }
            return itemCount < Self.itemsMax
        }
        questions.removeFirst(taken.count)
        return Array(taken)
    }
}

extension NodeSource {
    mutating func compareHistories() async throws(SourceStop) {
        var asked = histories.take()
        while let first = asked.first {
            try await compare(asked, from: first.height)
            asked = histories.take()
        }
    }

    private mutating func compare(_ asked: [HistoryQuestions.Question], from height: Height) async throws(SourceStop) {
        let params = asked.map { question -> JSON in
            [
                "account": .string(question.account), "limit": .integer(question.items.count),
                "cursor": .string(HistoryCursor(through: question.height).text),
            ]
        }
        let answers = try await node.ask("account_history", at: height) { (client) throws(RPCClientError) in
            try await client.batch("account_history", params: params)
        }
        for (question, answer) in zip(asked, answers) {
            let place = "\(question.account) block \(question.height)"
            let found = answer["items"]?.asArray ?? []
            guard found.count == question.items.count else {
                throw fault(
                    "account_history",
                    place,
                    "\(UInt64(question.items.count).of("item"))",
                    "\(found.count)",
                    at: question.height
                )
            }
            for (item, said) in zip(question.items, found) {
                let expected = item.json(prefix: genesis.parameters.accountPrefix)
                guard said == expected else {
                    throw fault("account_history", place, expected.text, said, at: question.height)
                }
            }
            let next: JSON = question.next.map { .string($0.text) } ?? .null
            guard answer["cursor"] == next else {
                throw fault("account_history", "\(place) cursor", next.text, answer["cursor"], at: question.height)
            }
        }
        compared.add(asked.count, "histories")
    }
}

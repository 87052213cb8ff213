import HTTPTypes
import HummingbirdCore
import Primitives

/// What a client of `/events` asks for.
struct EventQuery: Sendable {
    enum Topic: String, CaseIterable, Sendable {
        case block
        case tx
    }

    /// Where it left off; nil: from now on.
    let after: EventCursor?
    let topics: Set<Topic>
    /// Only transactions that this account pays or is paid by.
    let account: AccountID?

    /// Why a question is not understood: the parameter and a sentence.
    struct Refusal: Error {
        let parameter: String
        let sentence: String
    }

    /// `Last-Event-ID` comes before `from`: a browser that connects again keeps the address and adds the header.
    init(_ request: Request, accountPrefix: String) throws(Refusal) {
        var values: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard ["from", "topics", "account"].contains(name) else {
                throw Refusal(parameter: String(name), sentence: "There is no such parameter.")
            }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw Refusal(parameter: String(name), sentence: "It stands twice.")
            }
        }
        let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
        after =
            if let last {
                try Self.cursor(last, named: "Last-Event-ID")
            } else if let from = values["from"] {
                try Self.cursor(from, named: "from")
            } else {
                nil
            }
        topics = try values["topics"].map { (text) throws(Refusal) in try Self.topics(text) } ?? Set(Topic.allCases)
        account = try values["account"].map { (text) throws(Refusal) in
            do throws(Bech32mError) {
                return try AccountID(text: text, prefix: accountPrefix)
            } catch {
                throw Refusal(parameter: "account", sentence: "It is not an account, such as \(accountPrefix)1….")
            }
        }
    }

    private static func cursor(_ text: String, named name: String) throws(Refusal) -> EventCursor {
        guard let cursor = EventCursor(text) else {
            throw Refusal(parameter: name, sentence: "It is not the id of an event: height:index, in decimal.")
        }
        return cursor
    }

    private static func topics(_ text: String) throws(Refusal) -> Set<Topic> {
        var topics: Set<Topic> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let topic = Topic(rawValue: String(name)), topics.insert(topic).inserted else {
                throw Refusal(parameter: "topics", sentence: "It is not a list of block and tx.")
            }
        }
        return topics
    }
}

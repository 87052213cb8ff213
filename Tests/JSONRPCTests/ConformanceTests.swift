import ChainCore
import Foundation
import JSONRPC
import LedgerCore
import Primitives
import StrictJSON
import Testing

extension OverSockets {
    /// `Tests/Conformance/*.io`: what a client sends and what comes back, for any runner in any language.
    ///
    /// `>> ` a request body; `>x ` one in hex; `<< ` the expected body; `!! ` the expected HTTP status, 200 unless given, then
    /// without a `<< ` the body must be empty. `//` is a comment. `{{name}}` is replaced by the fixture's value. Bodies are
    /// compared as JSON: ids as they were sent, members in any order; the string `*` stands for any value, and a member `...`
    /// for any further members.
    struct ConformanceTests {
        @Test(arguments: try ConformanceFile.all())
        func answersAsTheFileSays(_ file: ConformanceFile) async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    for exchange in file.exchanges {
                        try await connection.post(exchange.request)
                        let answer = try #require(try await connection.answer(), "\(file.name): no answer")
                        #expect(answer.status == exchange.status, "\(file.name), line \(exchange.line)")
                        if let expected = exchange.answer {
                            let sent = try JSON.parse(answer.body, depthMax: 64)
                            #expect(
                                expected.matches(sent),
                                "\(file.name), line \(exchange.line): got \(answer.text)"
                            )
                        } else {
                            #expect(answer.body.isEmpty, "\(file.name), line \(exchange.line): got \(answer.text)")
                        }
                    }
                }
            }
        }

        @Test
        func everyMethodHasAFile() async throws {
            let requests = try ConformanceFile.all().flatMap(\.exchanges)
                .map { String(decoding: $0.request, as: UTF8.self) }
            let names = try await withServer { port in
                try await RawConnection.open(port) { connection in
                    try await connection.get("/")
                    let welcome = try JSON.parse(try #require(try await connection.answer()).body)
                    return try #require(welcome["methods"]?.asArray).compactMap(\.asString)
                }
            }
            #expect(names.count > 10)
            for name in names {
                #expect(requests.contains { $0.contains("\"\(name)\"") }, "\(name)")
            }
        }
    }
}

struct ConformanceFile: CustomTestStringConvertible, Sendable {
    let name: String
    let exchanges: [Exchange]

    struct Exchange: Sendable {
        let line: Int
        let request: [UInt8]
        var status = 200
        var answer: JSON?
    }

    var testDescription: String { name }

    static func all() throws -> [ConformanceFile] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Conformance")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".io") }
        return try names.sorted().map { name in
            try ConformanceFile(name: name, text: String(contentsOf: folder.appending(path: name), encoding: .utf8))
        }
    }

    private init(name: String, text: String) throws {
        var exchanges: [Exchange] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = Self.replacing(String(line.dropFirst(3)))
            switch line.prefix(3) {
            case ">> ":
                exchanges.append(Exchange(line: index + 1, request: Array(content.utf8)))
            case ">x ":
                exchanges.append(Exchange(line: index + 1, request: try #require(Hex.decode(content))))
            case "<< ":
                exchanges[exchanges.count - 1].answer = try JSON.parse(content, depthMax: 64)
            case "!! ":
                exchanges[exchanges.count - 1].status = try #require(Int(content))
            default:
                try #require(line.isEmpty || line.hasPrefix("//"), "\(name), line \(index + 1): not understood")
            }
        }
        try #require(!exchanges.isEmpty, "\(name) holds no exchange")
        self.name = name
        self.exchanges = exchanges
    }

    /// The fixture's values by name; `tx.N` is the signed transaction with nonce N, `id.N` its id.
    private static func replacing(_ text: String) -> String {
        let network = TestNetwork.shared
        let block = network.block.block
        var values: [(String, String)] = [
            ("network", network.genesis.networkID.hex), ("height", "\(block.height)"), ("hash", block.hash.hex),
            ("settled", block.transactions[0].id.hex), ("settled2", block.transactions[1].id.hex),
            ("alice", network.text(0)), ("bob", network.text(1)), ("carol", network.text(2)),
            ("settledTx", Hex.encode(block.transactions[0].signed.encoded())), ("dave", network.stranger),
            ("ALICE", network.text(0).uppercased()), ("genesisHash", network.genesisBlock.hash.hex),
            ("pool", AccountID.pool.text(prefix: "far")),
            ("cursor1", HistoryCursor(height: block.height, itemCount: 1).text),
            ("cursor2", HistoryCursor(height: block.height, itemCount: 2).text),
        ]
        var blockBytes = WireWriter()
        network.block.encode(into: &blockBytes)
        values.append(("blockBytes", Hex.encode(blockBytes.bytes)))
        for nonce in UInt64(10)...16 {
            let transaction = network.transaction(nonce: nonce)
            values.append(("tx.\(nonce)", Hex.encode(transaction.signed.encoded())))
            values.append(("id.\(nonce)", transaction.id.hex))
            values.append(("json.\(nonce)", transaction.signed.json(prefix: "far").text))
            values.append(("TX.\(nonce)", Hex.encode(transaction.signed.encoded()).uppercased()))
            let body = transaction.transaction
            values.append(("draft.\(nonce)", #"{"transaction":\#(body.json(prefix: "far").text)}"#))
            values.append(("bare.\(nonce)", Hex.encode(body.encoded())))
            values.append(("signing.\(nonce)", Hex.encode(transaction.id.signingBytes)))
            values.append(("ID.\(nonce)", transaction.id.hex.uppercased()))
        }
        let signed = network.transaction(nonce: 10).signed
        let forged = SignedTransaction(transaction: signed.transaction, authorization: .owner(.zero))
        values.append(("badSignatureTx", Hex.encode(forged.encoded())))
        let form = signed.json(prefix: "far").text
        let foreign = String(repeating: "0", count: 64)
        values.append(("json.elsewhere", "{\"network\":\"\(foreign)\"," + form.dropFirst()))
        values.append(("json.here", "{\"network\":\"\(network.genesis.networkID.hex)\"," + form.dropFirst()))
        let draft = #"{"transaction":\#(signed.transaction.json(prefix: "far").text)}"#
        values.append(("draft.elsewhere", "{\"network\":\"\(foreign)\"," + draft.dropFirst()))
        values.append(("json.fee", form.replacing("\"nonce\"", with: "\"fee\":\"1\",\"nonce\"")))
        for (name, amount) in [("Number", "1"), ("Fraction", "\"0.5\""), ("Exponent", "\"1e3\"")] {
            values.append(("json.amount\(name)", form.replacing("\"amount\":\"1\"", with: "\"amount\":\(amount)")))
        }
        guard text.contains("{{") else { return text }
        return values.reduce(text) { $0.replacing("{{\($1.0)}}", with: $1.1) }
    }
}

extension JSON {
    fileprivate func matches(_ sent: JSON) -> Bool {
        switch (self, sent) {
        case (.string("*"), _):
            return true
        case (.array(let expected), .array(let elements)):
            return expected.count == elements.count && zip(expected, elements).allSatisfy { $0.matches($1) }
        case (.object(let expected), .object(let members)):
            let isOpen = expected["..."] != nil
            let wanted = expected.members.filter { $0.name != "..." }
            guard isOpen || wanted.count == members.members.count else { return false }
            return wanted.allSatisfy { wanted in members[wanted.name].map { wanted.value.matches($0) } ?? false }
        default:
            return self == sent
        }
    }
}

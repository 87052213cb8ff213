import ChainCore
import Cryptography
import LedgerCore
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

// Text has many spellings of one value: what is read is written in one canonical form, which reads back as the same value.

extension Format {
    static let json = Format(
        "json",
        heap: HeapBound(perByte: 256),
        check: .pure { bytes throws(BrokenPromise) in
            let value: JSON
            do throws(JSONError) {
                value = try JSON.parse(bytes)
            } catch {
                try promise(error.offset <= bytes.count, "an error stands behind the end")
                try promise(error.line >= 1 && error.column >= 1, "lines and columns count from 1")
                _ = error.description
                return .refused
            }
            try TextForm.check(value)
            return .accepted
        },
        seeds: {
            [
                Seed("every-kind", #"{"a":[null,true,false,-1.5e+3,0],"b":{"":"x"},"c":[],"d":{}}"#),
                Seed("escapes", #"["\"\\\/\b\f\n\r\t\u0041\ud83d\ude00", "é€😀"]"#),
                Seed("deep", String(repeating: "[", count: 16) + String(repeating: "]", count: 16)),
                Seed("white-space", " {\n\t\"a\" : [ 1 , 2 ]\r\n} "),
                Seed("many-names", "{" + (0..<12).map { "\"n\($0)\":\($0)" }.joined(separator: ",") + "}"),
            ]
        }
    )

    /// The text as it is; and its bytes under every prefix.
    static let bech32m = Format(
        "bech32m",
        byteCountMax: 128,
        check: .pure { bytes throws(BrokenPromise) in
            for prefix in ["far", "a"] where bytes.count <= 49 {
                let text = Bech32m.encode(prefix: prefix, data: bytes)
                let again = try? Bech32m.decode(text, prefix: prefix)
                try promise(again == bytes, "\(text) decodes to other bytes than it was made from")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return .refused }
            let prefix: String
            let data: [UInt8]
            do throws(Bech32mError) {
                prefix = try Bech32m.split(text).prefix
                data = try Bech32m.decode(text, prefix: prefix)
            } catch {
                return .refused
            }
            try promise(Bech32m.encode(prefix: prefix, data: data) == text, "bytes have two spellings")
            let account = try? AccountID(text: text, prefix: prefix)
            try promise(account?.bytes == (data.count == 32 ? data : nil), "an account is any 32 bytes")
            return .accepted
        },
        seeds: {
            [
                Seed("account", TestNetwork.shared.text(0)),
                Seed("no-data", "a1lqfn3a"),
                Seed("longest", "abcdefghijklmnopqrstuvwxyz1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx"),
                Seed("one-in-the-prefix", Bech32m.encode(prefix: "a1b", data: [0, 255])),
            ]
        }
    )

    /// Without a passphrase: how long an encrypted key takes to open is for its file to say.
    static let keyFile = Format(
        "key-file",
        // Libcrypto sets itself up once.
        heap: HeapBound(base: 1 << 20),
        check: .pure { bytes throws(BrokenPromise) in
            guard let text = String(validating: bytes, as: UTF8.self) else { return .refused }
            let key = try? KeyFile.read(pem: text)
            if let key {
                let again = try? KeyFile.read(pem: KeyFile.pem(for: key))
                try promise(again?.publicKey == key.publicKey, "a private key reads back as another one")
            }
            let publicKey = try? KeyFile.readPublic(pem: text)
            if let publicKey {
                let again = try? KeyFile.readPublic(pem: KeyFile.publicPEM(for: publicKey))
                try promise(again == publicKey, "a public key reads back as another one")
            }
            try promise(key == nil || publicKey == nil, "one file is a private and a public key")
            return key == nil && publicKey == nil ? .refused : .accepted
        },
        seeds: {
            let key = TestNetwork.shared.payers[0]
            return [
                Seed("private", KeyFile.pem(for: key)),
                Seed("public", KeyFile.publicPEM(for: key.publicKey)),
            ]
        }
    )

    static let genesis = Format(
        "genesis",
        byteCountMax: 8_192,
        heap: HeapBound(base: 1 << 20, perByte: 256),
        check: .pure { bytes throws(BrokenPromise) in
            let genesis: Genesis
            do throws(GenesisError) { genesis = try Genesis(json: bytes) } catch { return .refused }
            for isPretty in [false, true] {
                let text = genesis.json(pretty: isPretty)
                guard let again = try? Genesis(json: Array(text.utf8)) else {
                    throw BrokenPromise("a genesis file that we wrote is refused")
                }
                try promise(again == genesis, "a genesis file that we wrote is another network's")
                try promise(again.json(pretty: isPretty) == text, "a genesis file is written in two ways")
            }
            let wire = try? Genesis(decodingAll: genesis.encoded())
            try promise(wire == genesis, "a genesis is not what its canonical bytes say")
            try FirstBlocks.check(genesis)
            return .accepted
        },
        seeds: {
            let genesis = TestNetwork.shared.genesis
            return [Seed("one-line", genesis.json(pretty: false)), Seed("pretty", genesis.json(pretty: true))]
        }
    )

    static let configuration = Format(
        "configuration",
        byteCountMax: 1_024,
        heap: HeapBound(base: 1 << 20, perByte: 4_096),
        check: .pure { bytes throws(BrokenPromise) in try Settings.check(bytes) },
        seeds: Settings.seeds
    )

    static let receipt = Format(
        "receipt",
        byteCountMax: 8_192,
        heap: HeapBound(base: 256 << 10, perByte: 256),
        check: .pure { bytes throws(BrokenPromise) in try Receipts.check(bytes) },
        seeds: Receipts.seeds
    )
}

/// The checks that several formats share.
enum TextForm {
    /// Both spellings of a JSON value read back as it, and are written again with the same bytes.
    static func check(_ value: JSON) throws(BrokenPromise) {
        let spellings: [(text: [UInt8], again: (JSON) -> [UInt8])] = [
            (value.bytes, { $0.bytes }), (value.prettyBytes, { $0.prettyBytes }),
        ]
        for (text, again) in spellings {
            let read: JSON
            do throws(JSONError) {
                read = try JSON.parse(text)
            } catch {
                throw BrokenPromise("JSON that we wrote is refused: \(error)")
            }
            try promise(read == value, "JSON that we wrote reads as another value")
            try promise(again(read) == text, "one JSON value is written in two ways")
        }
    }

    /// The JSON form of a transaction is the transaction.
    static func check(_ signed: SignedTransaction) throws(BrokenPromise) {
        let json = signed.json(prefix: "far")
        let written: WrittenTransaction
        do throws(JSONReadError) {
            written = try WrittenTransaction(JSONReader(json), prefix: "far")
        } catch {
            throw BrokenPromise("the JSON form of a transaction is refused: \(error)")
        }
        try promise(written.signed == signed, "a transaction is not what its JSON form says")
    }
}

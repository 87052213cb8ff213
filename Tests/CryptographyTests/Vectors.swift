import Cryptography
import Foundation
import Primitives
import StrictJSON
import Testing

/// Test data: the repository's own beside the tests, and published sets that it doesn't carry.
enum Vectors {
    /// A file of `Tests/Vectors`.
    static func own(_ name: String) throws -> JSONReader {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try read(tests.appendingPathComponent("Vectors").appendingPathComponent(name))
    }

    /// A file of the folder that `FARTHING_VECTORS` names, else of `shared/vectors` beside or above the repository.
    static func published(_ name: String) -> URL? {
        if let path = ProcessInfo.processInfo.environment["FARTHING_VECTORS"] {
            let file = URL(fileURLWithPath: path).appendingPathComponent(name)
            return FileManager.default.fileExists(atPath: file.path) ? file : nil
        }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let file = folder.appendingPathComponent("shared/vectors").appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: file.path) { return file }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    static func warnOfAbsence(_ name: String) {
        Issue.record(
            "PUBLISHED VECTORS NOT RUN: no \(name); set FARTHING_VECTORS to the folder that holds them",
            severity: .warning
        )
    }

    static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }

    static func read(_ file: URL) throws -> JSONReader {
        JSONReader(try JSON.parse(try bytes(file)), root: file.lastPathComponent)
    }
}

/// Key, message and signature as a vector gives them; a key or signature of another length is never valid.
struct SignatureVector {
    let key: [UInt8]
    let message: [UInt8]
    let signature: [UInt8]

    var claim: SignatureClaim? {
        guard let key = PublicKey(bytes: key), let signature = Signature(bytes: signature) else { return nil }
        return SignatureClaim(key: key, message: message, signature: signature)
    }

    init(_ reader: JSONReader, key: String, message: String, signature: String) throws {
        self.key = try reader.member(key).string(as: "hex", Hex.decode)
        self.message = try reader.member(message).string(as: "hex", Hex.decode)
        self.signature = try reader.member(signature).string(as: "hex", Hex.decode)
    }

    init(key: [UInt8], message: [UInt8], signature: [UInt8]) {
        self.key = key
        self.message = message
        self.signature = signature
    }
}

extension SignatureScheme {
    /// One call for all the vectors, as the node makes it.
    func verdicts(on vectors: [SignatureVector]) -> [Bool] {
        let claims = vectors.map(\.claim)
        var verdicts = self.verdicts(on: claims.compactMap(\.self))[...]
        return claims.map { $0 == nil ? false : verdicts.removeFirst() }
    }
}

import Formats
import Foundation
import Primitives
import Testing

/// The committed inputs: `Tests/Corpus/<format>/`, a file each but for `found.hex`, which holds one a line.
///
/// The named ones are seeds, cases of other programs, and what once broke a promise; libFuzzer found those of `found.hex`,
/// and each reaches code that no other one does.
enum Corpus {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    private static let found = "found.hex"

    static func folder(of format: Format) -> URL { folder.appending(path: format.name) }

    static func inputs(of format: Format) throws -> [Seed] {
        let folder = folder(of: format)
        var inputs: [Seed] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let file = folder.appending(path: name)
            guard name == found else {
                inputs.append(Seed(name, try [UInt8](Data(contentsOf: file))))
                continue
            }
            for (index, line) in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").enumerated() {
                inputs.append(Seed("\(found):\(index + 1)", try #require(Hex.decode(line), "line \(index + 1)")))
            }
        }
        return inputs
    }
}

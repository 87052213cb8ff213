import Foundation
import Testing

/// Published test data that the repository doesn't carry (Docs/Spec/1-encoding.md names the sources).
enum PublishedVectors {
    /// The folder that `FARTHING_VECTORS` names, else `shared/vectors` beside or above the repository.
    static func folder(_ name: String) -> URL? {
        if let path = ProcessInfo.processInfo.environment["FARTHING_VECTORS"] {
            return URL(fileURLWithPath: path).appendingPathComponent(name)
        }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("shared/vectors").appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
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
}

import FoundationEssentials
import LevelDBStorage

/// What the kernel says about this process, from `/proc/self`.
///
/// A figure that can't be read is nil: no metric is worth a failure.
struct ProcessFigures {
    let residentByteCount: Int?
    let cpuSeconds: Double?
    let openFiles: Int?
    let openFilesMax: Int?

    init() {
        let stat = Self.fields(of: "/proc/self/stat")
        // proc(5): fields 14 and 15 are the ticks in user and kernel mode, 24 the resident pages. The second is the name in
        // parentheses; what follows the last parenthesis begins with field 3.
        cpuSeconds = stat.flatMap { fields in
            guard fields.count > 12, let user = Double(fields[11]), let kernel = Double(fields[12]) else { return nil }
            return (user + kernel) / Self.ticksPerSecond
        }
        residentByteCount = stat.flatMap { $0.count > 21 ? Int($0[21]) : nil }.map { $0 * Self.pageByteCount }
        openFiles = Self.entryCount(in: "/proc/self/fd")
        openFilesMax = Self.openFilesMax
    }

    // Fixed on Linux for programs, whatever the kernel counts in.
    private static let ticksPerSecond = 100.0
    private static let pageByteCount = 4_096

    private static func text(of path: String) -> String? {
        do throws(FileError) { return String(decoding: try PosixPath.read(path), as: UTF8.self) } catch { return nil }
    }

    private static func fields(of path: String) -> [Substring]? {
        guard let text = text(of: path), let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func entryCount(in path: String) -> Int? {
        do { return try FileManager.default.contentsOfDirectory(atPath: path).count } catch { return nil }
    }

    private static var openFilesMax: Int? {
        let line = text(of: "/proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }
}

/// What a home's chain takes on disk; nil when it can't be read.
struct HomeFigures {
    let byteCount: Int?

    init(home: String) {
        let files = FileManager.default
        do {
            var sum = 0
            for name in try files.subpathsOfDirectory(atPath: home + "/data") {
                // LevelDB removes files at any time.
                do {
                    let attributes = try files.attributesOfItem(atPath: home + "/data/" + name)
                    sum += (attributes[.size] as? Int) ?? 0
                } catch { continue }
            }
            byteCount = sum
        } catch { byteCount = nil }
    }
}

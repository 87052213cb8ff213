import Cryptography
package import LevelDBStorage
package import Primitives
import StrictJSON
package import VerifierCore

extension TablesSource where Sink == TableComparison {
    package init(_ base: Base, _ verifier: Verifier, comparing directory: String) throws(SourceStop) {
        let comparison: TableComparison
        do throws(ExportFailure) {
            comparison = try TableComparison(directory)
        } catch {
            throw .failure(.export(error))
        }
        try self.init(base, verifier, format: comparison.format, end: comparison.end, sink: comparison)
    }
}

/// A directory of tables that somebody wrote before: each byte must be what the chain makes it.
package struct TableComparison: TableSink {
    package let format: TableFormat
    /// The block after which its manifest says that the tables end.
    package let end: Height
    private let directory: String
    private let manifest: [UInt8]
    private var files: [Compared] = []

    /// A file, and how far it was compared.
    private struct Compared {
        let file: LongFile
        let name: String
        var offset: UInt64 = 0
        var lines: UInt64 = 0
        var digest = SHA256()

        mutating func take(_ bytes: [UInt8]) {
            offset += UInt64(bytes.count)
            digest.update(bytes)
        }
    }

    private static let manifestByteCountMax = 1 << 16

    package init(_ directory: String) throws(ExportFailure) {
        self.directory = directory
        do throws(FileError) {
            let file = try LongFile.read(directory + "/" + TableWriting.manifestName)
            manifest = try file.bytes(Self.manifestByteCountMax, at: 0)
        } catch {
            throw .file(error)
        }
        do {
            let reader = JSONReader(try JSON.parse(manifest))
            format = try reader.member("format").string(as: "csv or jsonl") { TableFormat(rawValue: $0) }
            end = Height(try reader.member("height").decimal())
        } catch {
            throw .noTables(path: directory, reason: "\(error)")
        }
        do throws(FileError) {
            for table in Table.allCases {
                let name = table.fileName(format)
                files.append(Compared(file: try LongFile.read(directory + "/" + name), name: name))
            }
        } catch {
            throw .file(error)
        }
    }

    package mutating func take(_ piece: TableBook.Piece, at height: Height) throws(SourceStop) {
        let index = piece.table.rawValue
        let found = try read(piece.bytes.count, of: index)
        guard found == piece.bytes else { throw difference(piece.bytes, found, in: index, at: height) }
        files[index].take(found)
        files[index].lines += UInt64(found.count { $0 == UInt8(ascii: "\n") })
    }

    package mutating func finish(manifest: [UInt8], at height: Height) throws(SourceStop) {
        for index in files.indices {
            let rest = try read(Self.excerptByteCount, of: index)
            guard rest.isEmpty else { throw difference([], rest, in: index, at: height) }
        }
        guard manifest == self.manifest else {
            throw stop(Self.difference(manifest, self.manifest, name: TableWriting.manifestName, after: 0), at: height)
        }
    }

    /// Each file by its digest, for which what was not compared of it is read; then the manifest.
    package mutating func inputs() throws(FileError) -> [ReportInput] {
        var inputs: [ReportInput] = []
        let manifest = try LongFile.read(directory + "/" + TableWriting.manifestName)
        for var compared in files + [Compared(file: manifest, name: TableWriting.manifestName)] {
            while case let piece = try compared.file.piece(at: compared.offset), !piece.isEmpty { compared.take(piece) }
            inputs.append(
                ReportInput(
                    name: "table \(compared.name)",
                    byteCount: compared.offset,
                    digest: compared.digest.finish()
                )
            )
        }
        return inputs
    }

    private func read(_ count: Int, of index: Int) throws(SourceStop) -> [UInt8] {
        do throws(FileError) {
            return try files[index].file.bytes(count, at: files[index].offset)
        } catch {
            throw .failure(.export(.file(error)))
        }
    }

    private func difference(_ expected: [UInt8], _ found: [UInt8], in index: Int, at height: Height) -> SourceStop {
        stop(Self.difference(expected, found, name: files[index].name, after: files[index].lines), at: height)
    }

    /// The first line that differs.
    private static func difference(
        _ expected: [UInt8],
        _ found: [UInt8],
        name: String,
        after lines: UInt64
    ) -> TableFault {
        let feed = UInt8(ascii: "\n")
        let equal = zip(expected, found).prefix { $0 == $1 }.count
        let start = expected[..<equal].lastIndex(of: feed).map { $0 + 1 } ?? 0
        let before = expected[..<start].count { $0 == feed }
        let line = { (bytes: [UInt8]) in Array(bytes.dropFirst(start).prefix { $0 != feed }.prefix(excerptByteCount)) }
        return TableFault(
            file: name,
            line: lines + UInt64(before) + 1,
            expected: line(expected),
            found: line(found)
        )
    }

    private static let excerptByteCount = 400

    private func stop(_ fault: TableFault, at height: Height) -> SourceStop {
        .violation(Violation(height: height, finding: .table(fault)))
    }
}

package import LevelDBStorage
package import Primitives
package import VerifierCore

/// A directory that gets a new file for each table.
package struct TableWriting: TableSink {
    package static let manifestName = "manifest.json"

    private let directory: String
    private var files: [(file: LongFile, offset: UInt64, waiting: [UInt8])] = []

    package init(_ directory: String, format: TableFormat) throws(FileError) {
        self.directory = directory
        try PosixPath.makeDirectory(directory)
        for table in Table.allCases {
            files.append((try LongFile.create(directory + "/" + table.fileName(format)), 0, []))
        }
    }

    package mutating func take(_ piece: TableBook.Piece, at height: Height) throws(SourceStop) {
        let index = piece.table.rawValue
        files[index].waiting += piece.bytes
        if files[index].waiting.count >= LongFile.pieceByteCount {
            try writing { (sink) throws(FileError) in try sink.flush(index) }
        }
    }

    /// The manifest comes last: without it the files are nothing that anybody vouches for.
    package mutating func finish(manifest: [UInt8], at height: Height) throws(SourceStop) {
        try writing { (sink) throws(FileError) in
            for index in sink.files.indices {
                try sink.flush(index)
                try sink.files[index].file.sync()
            }
            try PosixPath.create(sink.directory + "/" + Self.manifestName, manifest, mode: 0o644)
            try PosixPath.syncDirectory(sink.directory)
        }
    }

    private mutating func writing(_ body: (inout Self) throws(FileError) -> Void) throws(SourceStop) {
        do throws(FileError) { try body(&self) } catch { throw .failure(.export(.file(error))) }
    }

    private mutating func flush(_ index: Int) throws(FileError) {
        try files[index].file.write(files[index].waiting, at: files[index].offset)
        files[index].offset += UInt64(files[index].waiting.count)
        files[index].waiting.removeAll(keepingCapacity: true)
    }
}

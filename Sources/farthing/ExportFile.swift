import ChainCore
import LevelDBStorage
import Primitives

/// An export on disk, record by record.
struct ExportFile {
    let path: String
    private let file: LongFile
    private var offset: UInt64 = 0
    private(set) var reader = ExportReader()

    init(_ path: String) throws(FileError) {
        self.path = path
        file = try LongFile.read(path)
    }

    /// The next record and its place; nil after the manifest.
    mutating func next() throws(ExportFileError) -> (item: ExportItem, place: ExportPlace)? {
        while true {
            let place = reader.place
            do throws(ExportFault) {
                if let item = try reader.next() { return (item, place) }
            } catch {
                throw .fault(error)
            }
            let piece: [UInt8]
            do throws(FileError) { piece = try file.piece(at: offset) } catch { throw .file(error) }
            guard !piece.isEmpty else {
                do throws(ExportFault) { try reader.end() } catch { throw .fault(error) }
                return nil
            }
            offset += UInt64(piece.count)
            reader.feed(piece)
        }
    }
}

enum ExportFileError: Error, Hashable {
    case file(FileError)
    case fault(ExportFault)
}

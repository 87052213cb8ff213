import ChainCore
import Cryptography
import LevelDBStorage
import Primitives
import VerifierCore

/// An export on disk, record by record.
struct ExportFile {
    let path: String
    private let file: LongFile
    private var offset: UInt64 = 0
    private(set) var reader = ExportReader()
    /// Over all that was read.
    private var digest = SHA256()

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
            do throws(FileError) { piece = try nextPiece() } catch { throw .file(error) }
            guard !piece.isEmpty else {
                do throws(ExportFault) { try reader.end() } catch { throw .fault(error) }
                return nil
            }
            reader.feed(piece)
        }
    }

    /// Empty only at the end.
    private mutating func nextPiece() throws(FileError) -> [UInt8] {
        let piece = try file.piece(at: offset)
        offset += UInt64(piece.count)
        digest.update(piece)
        return piece
    }

    /// The whole file by its digest, for which the rest of it is read: no record comes after this.
    mutating func input(named name: String) throws(FileError) -> ReportInput {
        while try !nextPiece().isEmpty {}
        let digest = digest
        return ReportInput(name: name, byteCount: offset, digest: digest.finish())
    }
}

enum ExportFileError: Error, Hashable {
    case file(FileError)
    case fault(ExportFault)
}

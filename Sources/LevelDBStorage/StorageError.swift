package import ChainCore
package import Primitives

/// Why the store can't be opened, read or written; each names the place.
///
/// After an error of a write the process must end: what was being written is on disk or not, nobody knows.
package enum StorageError: Error, Hashable, Sendable {
    /// The directory is no node's home: `format` is missing.
    case noHome(path: String)
    /// A home is created only where none is.
    case homeExists(path: String)
    /// The home belongs to another network.
    case otherNetwork(found: NetworkID, wanted: NetworkID)
    /// The home was written in a format that this program doesn't know.
    case otherFormat(found: String, wanted: String)
    /// Another process works on this home.
    case locked(path: String)
    /// The home has no `data`: it was set aside, or lost.
    case noData(path: String)
    /// A database is damaged or not whole, so that LevelDB doesn't open it; with `paranoid_checks` that is any damage it
    /// can see.
    case cannotOpen(path: String, reason: String)
    /// What lies under a key, or where the key should lie, is damaged.
    case cannotRead(key: String, reason: String)
    /// The system refused to open or read a file of a database: the disk fails or is full, or a limit is reached.
    case diskFailed(path: String, reason: String)
    /// A value is missing, changed, or contradicts another one.
    case damaged(StoreDamage)
    /// A write or a sync failed.
    case cannotWrite(path: String, reason: String)
    /// An earlier write or read failed, and nothing may be written since.
    case poisoned(path: String)
    /// A call to the operating system failed.
    case file(FileError)

    /// The same with another directory's name where LevelDB is quoted.
    func naming(_ path: String, insteadOf other: String) -> StorageError {
        switch self {
        case .cannotOpen(let place, let reason):
            .cannotOpen(path: place.replacing(other, with: path), reason: reason.replacing(other, with: path))
        case .diskFailed(let place, let reason):
            .diskFailed(path: place.replacing(other, with: path), reason: reason.replacing(other, with: path))
        case .noHome, .homeExists, .otherNetwork, .otherFormat, .locked, .noData, .cannotRead, .damaged, .cannotWrite,
            .poisoned, .file:
            self
        }
    }
}

import Dispatch
import LevelDBStorage
import Logging
import Synchronization

/// Looks once a second how much room there is on a home's file system, on a thread of its own.
final class SpaceWatch: Sendable {
    private let home: String
    private let limits: SpaceLimits
    private let logger: Logger
    private let current: Mutex<(state: SpaceState, space: FileSystemSpace)>
    /// Nothing is ever put in it: closing it ends the wait.
    private let closing = Mailbox<Never>()

    /// Looks once; refuses to start a node that would end at once.
    ///
    /// Called before a database is opened, which writes.
    init(_ settings: NodeSettings, logger: Logger) throws(NodeFailure) {
        home = settings.home
        limits = settings.spaceLimits
        self.logger = logger
        let first = try Self.look(at: home, limits)
        current = Mutex(first)
        if case .exhausted(let free, let limit) = first.state { throw try exhausted(free: free, limit: limit) }
        if let problem = first.state.problem { logger.warning("\(problem)") }
    }

    var state: SpaceState { current.withLock { $0.state } }
    /// What was free at the last look, in bytes.
    var free: UInt64 { current.withLock { $0.space.free } }

    func close() { closing.close() }

    /// Works until it is closed; throws when there is too little room to go on.
    func work() throws(NodeFailure) {
        while closing.take(until: .now() + .seconds(1)) != nil {
            let now = try Self.look(at: home, limits)
            let before = current.withLock { current in
                defer { current = now }
                return current.state
            }
            if case .exhausted(let free, let limit) = now.state { throw try exhausted(free: free, limit: limit) }
            switch (before, now.state) {
            case (.ample, .low): logger.warning("\(now.state.problem ?? "")")
            case (.low, .ample): logger.notice("there is room on the disk again: new transactions are taken")
            default: break
            }
        }
    }

    private static func look(
        at home: String,
        _ limits: SpaceLimits
    ) throws(NodeFailure) -> (state: SpaceState, space: FileSystemSpace) {
        let space = try filing { () throws(FileError) in try FileSystemSpace(at: home) }
        return (limits.judge(space), space)
    }

    /// Makes the ballast if there is none and room for it: a file that holds nothing, for the day on which the disk is full.
    ///
    /// Called once the home is locked.
    func makeBallast(byteCount: UInt64) throws(NodeFailure) {
        let space = current.withLock { $0.space }
        let path = Home.ballastPath(home)
        let isThere = try Self.filing { () throws(FileError) in try PosixPath.exists(path) }
        guard !isThere, limits.allowsBallast(of: byteCount, on: space) else { return }
        guard try Self.filing({ () throws(FileError) in try PosixPath.reserve(path, byteCount: byteCount) }) else {
            logger.notice("this file system can't set space aside: no ballast", metadata: ["path": "\(path)"])
            return
        }
        logger.notice("ballast made", metadata: ["path": "\(path)", "size": "\(SpaceText(byteCount))"])
    }

    private func exhausted(free: UInt64, limit: UInt64) throws(NodeFailure) -> NodeFailure {
        let ballast = Home.ballastPath(home)
        let hasBallast = try Self.filing { () throws(FileError) in try PosixPath.exists(ballast) }
        return .spaceExhausted(free: free, limit: limit, ballast: hasBallast ? ballast : nil)
    }

    private static func filing<Value>(_ body: () throws(FileError) -> Value) throws(NodeFailure) -> Value {
        do { return try body() } catch { throw .storage(.file(error)) }
    }
}

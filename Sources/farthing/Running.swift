import LedgerCore
import LevelDBStorage
import NodeRuntime
import RPCClient

/// An error that the command line has a sentence for.
protocol Explained: Error {
    var failure: CommandFailure { get }
}

extension FileError: Explained { var failure: CommandFailure { CommandFailure(self) } }
extension HomeError: Explained { var failure: CommandFailure { CommandFailure(self) } }
extension ConfigurationError: Explained { var failure: CommandFailure { CommandFailure(self) } }
extension StorageError: Explained { var failure: CommandFailure { CommandFailure(self) } }
extension VoteLogError: Explained { var failure: CommandFailure { CommandFailure(self) } }
extension RPCClientError: Explained { var failure: CommandFailure { CommandFailure(self) } }

/// Runs what throws one kind of error, which becomes a failure of the command.
func running<Value: ~Copyable, Failure: Explained>(
    _ body: () throws(Failure) -> Value
) throws(CommandFailure) -> Value {
    do { return try body() } catch { throw error.failure }
}

/// The same for calls to a node.
func calling<Answer>(
    _ call: () async throws(RPCClientError) -> Answer
) async throws(CommandFailure) -> Answer {
    do { return try await call() } catch { throw error.failure }
}

import LedgerCore
import Primitives
import RPCClient

extension RPCClient {
    /// Submits a transaction; when waiting, submits the same bytes again and again until there is a verdict.
    ///
    /// Spec 2.3: the same bytes settle at most once, so this never pays twice. A node that does not answer is asked again
    /// until the transaction must have expired by any clock; then its error is thrown.
    func settle(
        _ signed: SignedTransaction,
        id: TransactionID,
        waiting: Bool
    ) async throws(RPCClientError) -> TransactionAnswer {
        guard waiting else { return try await submit(signed) }
        let validUntil = signed.transaction.validUntil
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while true {
            do throws(RPCClientError) {
                let answer = try await submit(signed)
                if answer.status.isVerdict || answer.id == nil { return answer }
                if case .pending = answer.status {
                    let later = try await wait(for: id, validUntil: validUntil, timeoutMilliseconds: 10_000)
                    if later.status.isVerdict { return later }
                }
                if clock.now > end { return answer }
            } catch {
                guard error.isRetryable, clock.now <= end else { throw error }
            }
            await pause()
        }
    }

    /// Longer than `maxLifetime` of the default network: whatever was signed has expired by then, if a node says so.
    private static var patience: Duration { .seconds(360) }

    private func pause() async {
        // Only a cancelled task wakes early, and then the next call says so.
        do { try await Task.sleep(for: .milliseconds(500)) } catch {}
    }
}

import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

/// A node that an auditor asks: again when it says that the same call may succeed later, as one that limits calls does.
struct PatientNode: Sendable {
    let client: RPCClient
    /// Where it stood when it was first asked.
    let head: ChainPlace

    var url: String { client.url }

    private static let attempts = 20
    /// Errors that say something of the chain: of what was recomputed they are false, however often they are said.
    private static let denials: Set = ["transactionNotFinal", "accountUnknown", "blockUnknown", "invalidParams"]
    /// Of calls in a row that got no answer in time: a minute is enough.
    private static let timeoutsMax = 2

    /// Asks a node which network it serves; before it has said so it may be no node at all, and no answer of it is held
    /// against it.
    init(_ url: String, _ genesis: Genesis) async throws(SourceStop) {
        let facts: NetworkFacts
        do throws(RPCClientError) {
            client = try RPCClient(url: url)
            let client = client
            facts = try await Self.persist { () throws(RPCClientError) in try await client.networkInfo() }
        } catch {
            throw .failure(.node(url: url, CommandFailure(error)))
        }
        guard facts.network == genesis.networkID else {
            throw .failure(.nodeOfOtherNetwork(url: url, found: facts.network, wanted: genesis.networkID))
        }
        head = facts.at
    }

    /// Calls a method; an answer that is none of the method's is a violation at `height`.
    func ask<Answer>(
        _ method: String,
        at height: Height,
        _ question: (RPCClient) async throws(RPCClientError) -> Answer
    ) async throws(SourceStop) -> Answer {
        do throws(RPCClientError) {
            return try await Self.persist { () throws(RPCClientError) in try await question(client) }
        } catch .malformed(let what) {
            let fault = AnswerFault(method: method, of: url, malformed: what)
            throw .violation(Violation(height: height, finding: .answer(fault)))
        } catch .refused(let answer) where Self.denials.contains(answer.reason) {
            throw .answer(method, url, expected: "what is final there", found: "the error \(answer.reason)", at: height)
        } catch {
            throw .failure(.node(url: url, CommandFailure(error)))
        }
    }

    private static func persist<Answer>(
        _ question: () async throws(RPCClientError) -> Answer
    ) async throws(RPCClientError) -> Answer {
        var attempt = 1
        var timeouts = 0
        while true {
            do throws(RPCClientError) {
                return try await question()
            } catch {
                if case .timedOut = error { timeouts += 1 } else { timeouts = 0 }
                guard error.isRetryable, attempt < attempts, timeouts < timeoutsMax, !Task.isCancelled else {
                    throw error
                }
                attempt += 1
                // Cancelled means that nobody waits for the answer; the next call says so.
                do { try await Task.sleep(for: pause(error)) } catch {}
            }
        }
    }

    private static func pause(_ error: RPCClientError) -> Duration {
        guard case .refused(let answer) = error,
            let milliseconds = answer.data["retryAfterMilliseconds"]?.asString.flatMap({ UInt64($0) })
        else { return .milliseconds(250) }
        return .milliseconds(min(milliseconds, 10_000))
    }
}

extension SourceStop {
    /// An answer of a node that is not what its blocks make, or what it must be.
    static func answer(
        _ method: String,
        _ place: String,
        expected: String,
        found: String,
        at height: Height
    ) -> SourceStop {
        let fault = AnswerFault(method: method, place: place, expected: expected, found: found)
        return .violation(Violation(height: height, finding: .answer(fault)))
    }
}

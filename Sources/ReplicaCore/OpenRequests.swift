import ChainCore
import LedgerCore
import Primitives

/// What one peer was asked for and may still answer, each request once.
///
/// A late answer is still an answer, so nothing expires; beyond its bounds the oldest is forgotten.
struct OpenRequests: Sendable {
    private struct Bodies: Sendable {
        let block: Hash32
        let leaves: Set<Hash32>
        /// As many as were named: a hostile leader may name one twice.
        let count: Int
    }

    private static var syncsMax: Int { 16 }
    private static var blocksMax: Int { 1_024 }
    private static var bodiesMax: Int { 64 }
    /// Leaves in all open body requests; the newest may be larger.
    private static var leavesMax: Int { 4 * PeerLimits.leavesMax }

    private var syncs = 0
    /// In the order of asking.
    private var blocks: [Hash32] = []
    private var bodies: [Bodies] = []
    private var leafCount = 0

    static func isRequest(_ message: PeerMessage) -> Bool {
        switch message {
        case .syncRequest, .blockRequest, .bodyRequest: true
        default: false
        }
    }

    mutating func add(_ request: PeerMessage) {
        switch request {
        case .syncRequest: syncs = min(syncs + 1, Self.syncsMax)
        case .blockRequest(let request):
            if blocks.count >= Self.blocksMax { blocks.removeFirst() }
            blocks.append(request.hash)
        case .bodyRequest(let request):
            while let oldest = bodies.first,
                bodies.count >= Self.bodiesMax || leafCount + request.leaves.count > Self.leavesMax
            {
                leafCount -= oldest.count
                bodies.removeFirst()
            }
            leafCount += request.leaves.count
            bodies.append(
                Bodies(block: request.block, leaves: Set(request.leaves), count: request.leaves.count)
            )
        default: break
        }
    }

    /// Takes the request that a message answers; false when there is none.
    mutating func take(_ response: PeerMessage) -> Bool {
        switch response {
        case .syncResponse:
            guard syncs > 0 else { return false }
            syncs -= 1
            return true
        case .blockResponse(let block):
            guard let index = blocks.firstIndex(of: block.hash) else { return false }
            blocks.remove(at: index)
            return true
        case .bodyResponse(let response):
            // No more bodies than were asked for, and none but those: so many signatures are worth checking.
            guard
                let index = bodies.firstIndex(where: { request in
                    request.block == response.block && response.transactions.count <= request.count
                        && response.transactions.allSatisfy { request.leaves.contains($0.leaf) }
                })
            else { return false }
            leafCount -= bodies[index].count
            bodies.remove(at: index)
            return true
        default: return true
        }
    }
}

import ChainCore
import LedgerCore
import Primitives

/// What one peer was asked for and may still answer, each request once.
///
/// A late answer is still an answer, so nothing expires; beyond its bounds the oldest is forgotten, of bodies the oldest of the
/// block that was asked for most: what nobody answers is asked for again and again, and must not push out what will be.
struct OpenRequests: Sendable {
    /// What is open of one block.
    ///
    /// Requests for a block overlap, and answers may hold less than was asked for or come in another order: so an answer is
    /// held against all that was asked of its block, not against one request.
    fileprivate struct Bodies: Sendable {
        let block: Hash32
        /// Of each request, as many as were named, the oldest first: a hostile leader may name a leaf twice.
        var counts: [Int]
        var leaves: Set<Hash32>
        /// Of all requests together.
        var leafCount: Int { counts.reduce(0, +) }
    }

    private static var syncsMax: Int { 16 }
    private static var blocksMax: Int { 1_024 }
    private static var bodiesMax: Int { 64 }
    /// Leaves in all open body requests; the newest may be larger.
    private static var leavesMax: Int { 4 * PeerLimits.leavesMax }

    /// In the order of asking.
    private var syncs: [SyncRequest] = []
    /// In the order of asking.
    private var blocks: [Hash32] = []
    private var bodies: [Bodies] = []

    private var leafCount: Int { bodies.reduce(0) { $0 + $1.leafCount } }
    private var requestCount: Int { bodies.reduce(0) { $0 + $1.counts.count } }

    static func isRequest(_ message: PeerMessage) -> Bool {
        switch message {
        case .syncRequest, .blockRequest, .bodyRequest: true
        default: false
        }
    }

    mutating func add(_ request: PeerMessage) {
        switch request {
        case .syncRequest(let request):
            if syncs.count >= Self.syncsMax { syncs.removeFirst() }
            syncs.append(request)
        case .blockRequest(let request):
            if blocks.count >= Self.blocksMax { blocks.removeFirst() }
            blocks.append(request.hash)
        case .bodyRequest(let request):
            while requestCount >= Self.bodiesMax { forgetOldest(ofMost: \.counts.count) }
            while leafCount > 0, leafCount + request.leaves.count > Self.leavesMax { forgetOldest(ofMost: \.leafCount) }
            var open =
                bodies.firstIndex { $0.block == request.block }.map { bodies.remove(at: $0) }
                ?? Bodies(block: request.block, counts: [], leaves: [])
            open.counts.append(request.leaves.count)
            open.leaves.formUnion(request.leaves)
            bodies.append(open)
        default: break
        }
    }

    /// Takes the request that a message answers; false when there is none.
    mutating func take(_ response: PeerMessage) -> Bool {
        switch response {
        case .syncResponse(let response):
            // Nobody checks more signatures than were asked for: no answer keeps those of other peers waiting for long.
            guard let index = syncs.firstIndex(where: response.isAnswer) else { return false }
            syncs.remove(at: index)
            return true
        case .blockResponse(let block):
            guard let index = blocks.firstIndex(of: block.hash) else { return false }
            blocks.remove(at: index)
            return true
        case .bodyResponse(let response):
            // No more bodies than were asked for, and none but those: so many signatures are worth checking.
            guard let index = bodies.firstIndex(where: { $0.block == response.block }),
                let request = bodies[index].smallest(of: response.transactions.count),
                response.transactions.allSatisfy({ bodies[index].leaves.contains($0.leaf) })
            else { return false }
            close(request, of: index)
            return true
        default: return true
        }
    }

    /// Forgets the oldest body request of the block of which there is most.
    private mutating func forgetOldest(ofMost amount: (Bodies) -> Int) {
        guard let most = bodies.map(amount).max(), let index = bodies.firstIndex(where: { amount($0) == most }) else {
            preconditionFailure("more than a bound is at least one request")
        }
        close(0, of: index)
    }

    /// A block's leaves stay as they are while any request for it is open: answers may come in another order.
    private mutating func close(_ request: Int, of index: Int) {
        bodies[index].counts.remove(at: request)
        if bodies[index].counts.isEmpty { bodies.remove(at: index) }
    }
}

extension SyncResponse {
    /// Whether it holds what was asked for, and no more.
    ///
    /// One block alone may be larger than the bytes asked for. Without blocks it answers any request.
    fileprivate func isAnswer(to request: SyncRequest) -> Bool {
        guard let first = blocks.first else { return true }
        guard first.block.height == request.fromHeight, blocks.count <= Int(request.blockCountMax) else { return false }
        let byteCount = blocks.reduce(0) { sum, item in item.block.transactions.reduce(sum) { $0 + $1.byteCount } }
        return blocks.count == 1 || byteCount <= Int(request.maxBytes)
    }
}

extension OpenRequests.Bodies {
    /// The request that named the fewest leaves of those that named as many as this.
    fileprivate func smallest(of count: Int) -> Int? {
        counts.indices.filter { counts[$0] >= count }.min { counts[$0] < counts[$1] }
    }
}

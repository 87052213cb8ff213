package import ChainCore
import ConsensusCore
package import Primitives

/// What a peer did, known before any of its signatures was checked, or by a signature that doesn't hold.
package enum PeerFault: Hashable, Sendable {
    /// An answer to nothing that it was asked.
    case unasked(typeCode: UInt8)
    /// More than an honest node ever sends.
    case tooMuch(typeCode: UInt8)
    case badSignature(typeCode: UInt8)
}

extension PeerFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unasked(let type): "too many answers that nobody asked for, the last of type \(type)"
        case .tooMuch(let type): "far more messages than an honest node sends, the last of type \(type)"
        case .badSignature(let type): "a signature in a message of type \(type) doesn't hold"
        }
    }
}

/// Judges what peers send, before a signature is checked, by whether it was asked for and what its sender may cost.
///
/// Spec 4.1, *What a peer may cost*: what fails is dropped, as if the network had lost it, which every rule of spec 3 bears.
/// Who goes on is disconnected. One account for each session; a peer that comes back starts anew, after its ban.
package struct PeerGuard: Sendable {
    package enum Verdict: Hashable, Sendable {
        /// Check its signatures, then hand it on.
        case take
        case drop(PeerFault)
        /// End the session, and refuse its owner for a while.
        case disconnect(PeerFault)
    }

    fileprivate struct Account: Sendable {
        var asked = OpenRequests()
        var hasSaidWhatItHolds = false
        /// Nothing more is taken until the session ends.
        var isCondemned = false
        /// Turns of the loop.
        var work: Allowance
        /// Signatures on the consensus connection.
        var signatures: Allowance
        /// Faults that an honest node may commit in bad luck, such as all that waited while this one slept.
        var patience: Allowance

        init(at now: Milliseconds) {
            work = Allowance(capacity: 65_536, perSecond: 2_048, at: now)
            signatures = Allowance(capacity: 32_768, perSecond: 4_096, at: now)
            patience = Allowance(capacity: 4_096, perSecond: 64, at: now)
        }
    }

    private var accounts: [PublicKey: Account] = [:]

    package init() {}

    package mutating func connected(_ peer: PublicKey, at now: Milliseconds) { accounts[peer] = Account(at: now) }

    package mutating func disconnected(_ peer: PublicKey) { accounts[peer] = nil }

    /// Notes what this node asks, so that the answer is no surprise; to be called before the request leaves.
    package mutating func sent(_ message: PeerMessage, to peers: [PublicKey]) {
        guard OpenRequests.isRequest(message) else { return }
        for peer in peers { accounts[peer]?.asked.add(message) }
    }

    /// Judges one message of a connected peer; constant cost but for a body response, whose leaves are looked up.
    package mutating func judge(_ message: PeerMessage, from peer: PublicKey, at now: Milliseconds) -> Verdict {
        let type = message.typeCode
        guard let account = accounts[peer], !account.isCondemned else { return .drop(.tooMuch(typeCode: type)) }
        guard let fault = accounts[peer]?.fault(of: message, at: now) else { return .take }
        if accounts[peer]?.patience.take(1, at: now) == true { return .drop(fault) }
        accounts[peer]?.isCondemned = true
        return .disconnect(fault)
    }

    /// Takes nothing more of this session; answers false when that was so already, or there is no session.
    package mutating func condemn(_ peer: PublicKey) -> Bool {
        guard let account = accounts[peer], !account.isCondemned else { return false }
        accounts[peer]?.isCondemned = true
        return true
    }

    /// Whether it is worth while to check what this peer sent.
    package func isCondemned(_ peer: PublicKey) -> Bool { accounts[peer]?.isCondemned ?? true }
}

extension PeerGuard.Account {
    mutating func fault(of message: PeerMessage, at now: Milliseconds) -> PeerFault? {
        let type = message.typeCode
        switch message {
        case .syncResponse, .blockResponse, .bodyResponse:
            return asked.take(message) ? nil : .unasked(typeCode: type)
        case .heldVotes:
            // Said once, on connecting (spec 3.3); it may hold thousands of votes.
            guard !hasSaidWhatItHolds else { return .unasked(typeCode: type) }
            hasSaidWhatItHolds = true
            return nil
        case .vote, .certificate, .proposal, .evidence:
            return signatures.take(message.signatureCount, at: now) ? nil : .tooMuch(typeCode: type)
        case .status, .certificateRequest, .bodyRequest, .blockRequest, .syncRequest, .announce, .transactionRequest,
            .transactions:
            return work.take(message.workUnits, at: now) ? nil : .tooMuch(typeCode: type)
        }
    }
}

extension PeerMessage {
    /// How many signatures a message of the consensus connection asks to be checked.
    fileprivate var signatureCount: Int {
        switch self {
        case .vote: 1
        case .certificate(let certificate): max(1, certificate.signatures.count)
        case .proposal(let proposal):
            1 + 2 * proposal.evidence.count + (proposal.parentCertificate?.signatures.count ?? 0)
                + proposal.nullifications.reduce(0) { $0 + $1.signatures.count }
        case .evidence: 2
        default: 0
        }
    }

    /// What a message without signatures costs the loop, in units of its smallest.
    fileprivate var workUnits: Int {
        switch self {
        case .announce(let leaves), .transactionRequest(let leaves): 1 + leaves.count / 256
        case .bodyRequest(let request): 1 + request.leaves.count / 256
        case .blockRequest: 4
        case .syncRequest: 8
        default: 1
        }
    }
}

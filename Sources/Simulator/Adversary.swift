import ChainCore
import ConsensusCore
import Primitives

/// A hostile validator's mind: it follows the chain with an honest replica that never votes, and votes by dice.
///
/// It equivocates as a leader and as a voter, finalizes and nullifies one view, builds on old parents where that can be
/// justified, proposes invalid blocks, withholds, and forges what it passes on. It can't sign for anybody else.
struct Adversary: Sendable {
    let key: MockKey
    let index: Int
    /// The view that it has planned for.
    var planned = View.zero
    /// Certificates that it has seen, by view.
    var notarizations: [View: Certificate] = [:]
    var nullifications: [View: Certificate] = [:]
    var finalizations: [View: Certificate] = [:]
    /// Proposals that it has seen or made, by view.
    var proposals: [View: [VoteBody]] = [:]
    /// The last messages that came, to be repeated when nobody waits for them.
    private(set) var heard: [PeerMessage] = []

    mutating func remember(_ message: PeerMessage) {
        if heard.count >= 64 { heard.removeFirst(32) }
        heard.append(message)
    }

    mutating func see(_ certificate: Certificate) {
        switch certificate.kind {
        case .notarize: notarizations[certificate.view] = certificate
        case .nullify: nullifications[certificate.view] = certificate
        case .finalize: finalizations[certificate.view] = certificate
        }
    }

    func blockCertificate(of view: View) -> Certificate? { finalizations[view] ?? notarizations[view] }

    /// The certified views below `view` that a block of it may be built on, the highest first.
    func parentViews(below view: View, above finalView: View) -> [View] {
        var found: [View] = []
        var next = view.number
        while next > finalView.number {
            next -= 1
            if next == finalView.number || blockCertificate(of: View(next)) != nil { found.append(View(next)) }
            guard next > finalView.number, nullifications[View(next)] != nil else { break }
        }
        return found
    }

    func vote(_ body: VoteBody, in network: NetworkID) -> Vote {
        Vote(body: body, signer: UInt16(index), signature: key.sign(body.message(network: network)))
    }
}

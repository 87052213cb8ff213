package import ChainCore
package import Primitives

/// A connection's number, never used twice while the node runs.
package struct ConnectionID: Hashable, Sendable {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }
}

/// Which connections make up which peer's session; decides whom to dial, what to close and what to report.
///
/// A session is one connection for each lane, and its connections stand and fall together: when one is lost, the other
/// is closed, and when a newer one arrives, it ends the older session. So a peer that restarted is never locked out by
/// its own dead connections, and the events about a peer strictly alternate: connected, disconnected, connected.
/// A session is reported only when all of it is up, and the next one only after the last one's connections have ended.
package struct PeerTable: Sendable {
    package enum Event: Equatable, Sendable {
        case start
        /// Both hellos are checked on this connection.
        case ready(ConnectionID, PublicKey, PeerMessage.Lane)
        /// A connection that was ready is gone.
        case ended(ConnectionID, PublicKey, PeerCloseReason)
        /// An attempt to dial came to nothing.
        case dialFailed(PublicKey, PeerMessage.Lane)
        case disconnect(PublicKey, PeerCloseReason)
        /// Likewise, and nothing is dialed or kept until the pardon.
        case ban(PublicKey, PeerCloseReason)
        case pardon(PublicKey)
        case stop
    }

    package enum Effect: Equatable, Sendable {
        case dial(PublicKey, PeerMessage.Lane, again: Bool)
        case close(ConnectionID, PeerCloseReason)
        /// Send nothing more to this peer.
        case withdraw(PublicKey)
        /// The session is up; its connections in the order of the lanes.
        case connected(PublicKey, [ConnectionID])
        case disconnected(PublicKey, PeerCloseReason)
    }

    private struct Slot: Sendable {
        let lane: PeerMessage.Lane
        var connection: ConnectionID?
        var isDialing = false
    }

    private struct Peer: Sendable {
        let key: PublicKey
        let dials: Bool
        var slots: [Slot]
        /// Connections of ended sessions that aren't gone yet.
        var leaving: Set<ConnectionID> = []
        /// True from `connected` to `disconnected`.
        var isReported = false
        /// Why the reported session ended, while its connections go.
        var farewell: PeerCloseReason?
        /// True once an attempt to dial came to nothing or a session was lost.
        var wasTried = false
        var isBanned = false
    }

    private var peers: [PublicKey: Peer] = [:]
    private let order: [PublicKey]
    private var isRunning = false

    package init(directory: PeerDirectory) {
        order = directory.peers.map(\.nodeKey)
        for address in directory.peers {
            peers[address.nodeKey] = Peer(
                key: address.nodeKey,
                dials: directory.dials(address),
                slots: directory.lanes(with: address).map { Slot(lane: $0) }
            )
        }
    }

    /// The order of the effects is the order of doing.
    package mutating func step(_ event: Event) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .start:
            isRunning = true
            for key in order { change(key, &effects) { _, _ in } }
        case .ready(let connection, let key, let lane):
            let isRunning = isRunning
            change(key, &effects) { peer, effects in
                guard let index = peer.slots.firstIndex(where: { $0.lane == lane }) else {
                    preconditionFailure("a hello for a lane that isn't used with the peer is refused")
                }
                peer.slots[index].isDialing = false
                if peer.slots[index].connection != nil { Self.end(&peer, .replaced, &effects) }
                peer.slots[index].connection = connection
                if !isRunning { Self.end(&peer, .shutdown, &effects) }
                if peer.isBanned { Self.end(&peer, .banned, &effects) }
            }
        case .ended(let connection, let key, let reason):
            change(key, &effects) { peer, effects in
                if peer.leaving.remove(connection) != nil { return }
                guard let index = peer.slots.firstIndex(where: { $0.connection == connection }) else { return }
                peer.slots[index].connection = nil
                Self.end(&peer, reason, others: .otherLaneLost, &effects)
            }
        case .dialFailed(let key, let lane):
            change(key, &effects) { peer, _ in
                peer.wasTried = true
                if let index = peer.slots.firstIndex(where: { $0.lane == lane }) {
                    peer.slots[index].isDialing = false
                }
            }
        case .disconnect(let key, let reason):
            change(key, &effects) { peer, effects in Self.end(&peer, reason, &effects) }
        case .ban(let key, let reason):
            change(key, &effects) { peer, effects in
                peer.isBanned = true
                Self.end(&peer, reason, &effects)
            }
        case .pardon(let key): change(key, &effects) { peer, _ in peer.isBanned = false }
        case .stop:
            isRunning = false
            for key in order {
                change(key, &effects) { peer, effects in Self.end(&peer, .shutdown, &effects) }
            }
        }
        return effects
    }

    /// Changes one peer, then draws the consequences.
    private mutating func change(
        _ key: PublicKey,
        _ effects: inout [Effect],
        _ body: (inout Peer, inout [Effect]) -> Void
    ) {
        guard var peer = peers[key] else { return }
        body(&peer, &effects)
        settle(&peer, &effects)
        peers[key] = peer
    }

    /// Ends the session, whole or in the making; `others` is what its remaining connections are told.
    private static func end(
        _ peer: inout Peer,
        _ reason: PeerCloseReason,
        others: PeerCloseReason? = nil,
        _ effects: inout [Effect]
    ) {
        if peer.isReported, peer.farewell == nil {
            peer.farewell = reason
            effects.append(.withdraw(peer.key))
        }
        peer.wasTried = true
        for index in peer.slots.indices {
            guard let connection = peer.slots[index].connection else { continue }
            peer.slots[index].connection = nil
            peer.leaving.insert(connection)
            effects.append(.close(connection, others ?? reason))
        }
    }

    private func settle(_ peer: inout Peer, _ effects: inout [Effect]) {
        if peer.leaving.isEmpty {
            if let farewell = peer.farewell {
                peer.farewell = nil
                peer.isReported = false
                effects.append(.disconnected(peer.key, farewell))
            }
            let connections = peer.slots.compactMap(\.connection)
            if !peer.isReported, !connections.isEmpty, connections.count == peer.slots.count {
                peer.isReported = true
                effects.append(.connected(peer.key, connections))
            }
        }
        guard isRunning, peer.dials, !peer.isBanned else { return }
        for index in peer.slots.indices where peer.slots[index].connection == nil && !peer.slots[index].isDialing {
            peer.slots[index].isDialing = true
            effects.append(.dial(peer.key, peer.slots[index].lane, again: peer.wasTried))
        }
    }
}

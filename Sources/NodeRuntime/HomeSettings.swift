import ConsensusCore
import JSONRPC
import LedgerCore
import MempoolCore
import Primitives
import TCPGossip

extension NodeSettings {
    /// What a home and its configuration say together.
    ///
    /// `keyNeverSigned` is the operator's oath that lets a missing vote log be made anew (spec 3.7(2)).
    package init(home: Home, configuration: NodeConfiguration, keyNeverSigned: Bool = false) {
        var rpc = RPCConfiguration(
            host: configuration.rpcListen.host,
            port: configuration.rpcListen.port,
            hostNames: configuration.rpcHostNames
        )
        rpc.limits.callsPerSecond = configuration.rpcCallsPerSecond
        rpc.limits.callsBurst = 4 * configuration.rpcCallsPerSecond
        self.init(
            home: home.path,
            genesis: home.genesis,
            nodeKey: home.nodeKey,
            consensusKey: home.validatorKey,
            noteKey: home.noteKey,
            listenHost: configuration.peerListen.host,
            listenPort: configuration.peerListen.port,
            peers: home.genesis.validators.compactMap { validator in
                configuration.peers[validator.name].map { PeerAddress(validator, at: $0) }
            } + (home.validator == nil ? [] : configuration.followers.map { PeerAddress($0) }),
            pace: configuration.pace(under: home.genesis.parameters),
            mempoolLimits: configuration.mempool,
            rpc: rpc,
            spaceLimits: configuration.space,
            ballastByteCount: configuration.ballastByteCount,
            keyNeverSigned: keyNeverSigned
        )
    }
}

extension NodeConfiguration {
    fileprivate func pace(under parameters: Parameters) -> Pace {
        var timers: Pace =
            switch pace {
            case .lan: .lan(blockInterval: parameters.blockSpacing)
            case .wan: .wan(blockInterval: parameters.blockSpacing)
            }
        timers.heartbeat = heartbeat
        return timers
    }
}

extension PeerAddress {
    fileprivate init(_ validator: Validator, at address: HostAndPort) {
        self.init(
            nodeKey: validator.nodeKey,
            consensusKey: validator.consensusKey,
            host: address.host,
            port: address.port,
            name: validator.name,
            role: .validator
        )
    }

    /// Nobody dials a follower, so it has no address.
    fileprivate init(_ follower: FollowerEntry) {
        self.init(
            nodeKey: follower.nodeKey,
            consensusKey: nil,
            host: "",
            port: 0,
            name: follower.name,
            role: .follower
        )
    }
}

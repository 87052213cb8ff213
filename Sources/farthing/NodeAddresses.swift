import NodeRuntime

/// Where a node of a new federation listens, and where others find it.
struct NodeAddresses {
    let peerListen: HostAndPort
    /// Where the other validators dial it.
    let peer: HostAndPort
    let rpcListen: HostAndPort
    /// Where clients on this machine find it.
    let rpc: HostAndPort
    /// Names that clients may call it by, as `rpc.hostNames` takes them; nil for the default.
    let hostNames: String?

    /// A process on this machine: found where it listens.
    static func process(host: String, peerPort: Int, rpcPort: Int) -> NodeAddresses {
        let (peer, rpc) = (HostAndPort(host: host, port: peerPort), HostAndPort(host: host, port: rpcPort))
        return NodeAddresses(peerListen: peer, peer: peer, rpcListen: rpc, rpc: rpc, hostNames: nil)
    }

    /// A container: it listens on all of its own addresses, peers find it by its service's name, and clients on this
    /// machine through a port that is published on the loopback address alone.
    static func container(service: String, publishedPort: Int) -> NodeAddresses {
        NodeAddresses(
            peerListen: HostAndPort(host: "0.0.0.0", port: peerPortInContainer),
            peer: HostAndPort(host: service, port: peerPortInContainer),
            rpcListen: HostAndPort(host: "0.0.0.0", port: rpcPortInContainer),
            rpc: HostAndPort(host: "127.0.0.1", port: publishedPort),
            hostNames: "localhost,\(service)"
        )
    }

    static let peerPortInContainer = 8_644
    static let rpcPortInContainer = 8_645
}

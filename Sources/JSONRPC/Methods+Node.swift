import StrictJSON

// node_peers, mempool_info: what an operator looks at when node_status gives a reason.

extension RPCMethod {
    @Sendable
    static func nodePeers(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        try await context.ask { (gateway) throws(GatewayError) in try await gateway.peers() }.json
    }

    @Sendable
    static func mempoolInfo(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        try await context.ask { (gateway) throws(GatewayError) in try await gateway.mempool() }.json
    }
}

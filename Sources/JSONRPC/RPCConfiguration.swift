package import NIOCore

/// Where the interface listens, and what a client may ask of it.
package struct RPCConfiguration: Sendable {
    /// Loopback unless an operator decides otherwise.
    package var host: String
    /// 0 takes any free port; `RPCServer` tells which.
    package var port: Int
    /// The names a client may use for this host, in lower case and without port.
    ///
    /// IP addresses are always taken. A web page that makes its own name point here (DNS rebinding) sends its own name, and is refused.
    package var hostNames: [String]
    package var limits: RPCLimits

    package static let portDefault = 8645

    package init(
        host: String = "127.0.0.1",
        port: Int = portDefault,
        hostNames: [String] = ["localhost"],
        limits: RPCLimits = RPCLimits()
    ) {
        self.host = host
        self.port = port
        self.hostNames = hostNames
        self.limits = limits
    }
}

/// What one client, and all together, may ask for; each is checked before the work that it bounds.
package struct RPCLimits: Sendable {
    package var bodyBytesMax = 4 << 20
    /// The names and values of all header fields together.
    package var headerBytesMax = 8 << 10
    package var headerFieldsMax = 64
    /// Arrays and objects inside one another.
    package var depthMax = 16
    /// Calls in one JSON-RPC batch.
    package var batchMax = 100
    /// Transactions in one `tx_submitBatch`.
    package var transactionsMax = 4_096
    /// The answers to one request together.
    package var responseBytesMax = 32 << 20
    package var waitMillisecondsMax = 30_000

    package var connectionsMax = 1_024
    package var connectionsPerClientMax = 512
    /// Requests worked on at once; one that only waits for finality does not count.
    package var requestsInFlightMax = 256
    /// The bodies of all requests and all answers that are not yet written, together.
    package var bytesInFlightMax = 256 << 20
    /// Calls that one client address may make in the long run; a batch of ten is ten calls.
    package var callsPerSecond = 2_000
    /// Calls that a client may save up and make at once.
    package var callsBurst = 8_000

    /// Clients that follow `/events`, and how many of them one client may be.
    package var eventStreamsMax = 256
    package var eventStreamsPerClientMax = 16
    /// How long a stream is silent before it says that it is alive.
    package var eventHeartbeat = Duration.seconds(15)
    /// How long a client may take nothing of a stream.
    package var eventStallTimeout = Duration.seconds(30)
    /// How long its last words wait for it after that.
    package var eventLinger = TimeAmount.seconds(5)
    /// How much of a block is written at once; an event that is longer is written alone.
    package var eventPieceBytes = 64 << 10

    /// From the opening of a connection to its first complete header.
    package var headTimeout = TimeAmount.seconds(5)
    /// From a header to the end of its body.
    package var bodyTimeout = TimeAmount.seconds(30)
    /// From the first byte of an answer to its last.
    package var responseTimeout = TimeAmount.seconds(60)
    /// Of a connection on which nothing is asked.
    package var idleTimeout = TimeAmount.seconds(60)

    package init() {}
}

/// Where a node answers: `http://host[:port][/path]`, port 8645 unless given.
package struct NodeAddress: Equatable, Sendable {
    package let url: String
    package let host: String
    package let port: Int
    package let path: String

    static let portDefault = 8645

    package init(_ url: String) throws(RPCClientError) {
        let scheme = "http://"
        guard !url.hasPrefix("https://") else {
            throw .addressInvalid(url: url, reason: "TLS is not spoken here; call a proxy or a tunnel that does")
        }
        guard url.hasPrefix(scheme) else { throw .addressInvalid(url: url, reason: "it must begin with http://") }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = String(rest.dropFirst(authority.count))
        let (host, port) = Self.split(authority)
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "@") }) else {
            throw .addressInvalid(url: url, reason: "it names no host")
        }
        guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .addressInvalid(url: url, reason: "its path holds characters that must be escaped")
        }
        guard let port = port.map({ UInt16($0) }) ?? UInt16(Self.portDefault), port > 0 else {
            throw .addressInvalid(url: url, reason: "its port is no number from 1 to 65535")
        }
        self.url = url
        self.host = String(host)
        self.port = Int(port)
        self.path = path.isEmpty ? "/" : path
    }

    /// For the Host field: an IPv6 address in brackets.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}

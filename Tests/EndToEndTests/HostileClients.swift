import Foundation
import Glibc
import Primitives
import Synchronization

/// Clients that mean harm: each has a thread, a connection and a loopback address of its own, and never waits politely.
///
/// They send prepared HTTP requests as fast as a node answers, dial again when it hangs up, and keep count of what they hear.
final class HostileClients: Sendable {
    /// What the node said to them, by HTTP status; 0 stands for a connection that was refused or cut.
    private let heard = Mutex<[Int: Int]>([:])
    private let isStopping = Atomic<Bool>(false)
    private let running = DispatchGroup()

    var answers: [Int: Int] { heard.withLock { $0 } }

    /// Sends these bodies in turn, from one address, until `stop`.
    func post(_ bodies: [[UInt8]], to port: Int, from address: String) {
        let requests = bodies.map { body in
            Array(
                """
                POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n

                """.utf8.dropLast()
            ) + body
        }
        start { [self] in
            var connection: HostileConnection?
            var next = 0
            while !isStopping.load(ordering: .relaxed) {
                if connection == nil { connection = HostileConnection(port: port, from: address) }
                let status = connection?.exchange(requests[next % requests.count]) ?? 0
                heard.withLock { $0[status, default: 0] += 1 }
                next += 1
                if status == 0 {
                    connection = nil
                    usleep(1_000)
                }
            }
        }
    }

    /// Opens connections that say nothing, and opens each again as soon as the node closes it.
    func idle(_ count: Int, to port: Int, from address: String) {
        start { [self] in
            var open: [HostileConnection] = []
            while !isStopping.load(ordering: .relaxed) {
                open.removeAll { $0.isClosed }
                while open.count < count, let new = HostileConnection(port: port, from: address) { open.append(new) }
                usleep(50_000)
            }
        }
    }

    /// Promises a large body on many connections, and sends none of it.
    func stall(_ count: Int, to port: Int, from address: String) {
        start { [self] in
            let head = Array(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n"
                    .utf8
            )
            var open: [HostileConnection] = []
            while !isStopping.load(ordering: .relaxed) {
                open.removeAll { $0.isClosed }
                while open.count < count, let new = HostileConnection(port: port, from: address) {
                    new.send(head)
                    open.append(new)
                }
                usleep(50_000)
            }
        }
    }

    /// Sends a request a byte at a time, on many connections.
    func trickle(_ count: Int, to port: Int, from address: String) {
        start { [self] in
            let text = Array("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX: ".utf8)
            var open: [(connection: HostileConnection, sent: Int)] = []
            while !isStopping.load(ordering: .relaxed) {
                open.removeAll { $0.connection.isClosed }
                while open.count < count, let new = HostileConnection(port: port, from: address) {
                    open.append((new, 0))
                }
                for index in open.indices {
                    let byte = open[index].sent < text.count ? text[open[index].sent] : UInt8(ascii: "x")
                    open[index].connection.send([byte])
                    open[index].sent += 1
                }
                usleep(200_000)
            }
        }
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        running.wait()
    }

    private func start(_ body: @escaping @Sendable () -> Void) {
        running.enter()
        let thread = Thread { [running] in
            body()
            running.leave()
        }
        thread.start()
    }
}

/// A plain blocking socket from a chosen loopback address.
private final class HostileConnection {
    private let socket: Int32
    private var hasFailed = false

    /// Whether either side has closed it; reads what the node may have said.
    var isClosed: Bool {
        if hasFailed { return true }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN)
    }

    init?(port: Int, from address: String) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        guard Self.call(bind, socket, address, 0), Self.call(connect, socket, "127.0.0.1", port) else { return nil }
    }

    deinit { close(socket) }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32,
        _ socket: Int32,
        _ host: String,
        _ port: Int
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                hasFailed = true
                return
            }
            sent += count
        }
    }

    /// Sends a request and reads the whole answer; nil when the node hangs up.
    func exchange(_ request: [UInt8]) -> Int? {
        send(request)
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while !hasFailed {
            let count = recv(socket, &block, block.count, 0)
            guard count > 0 else { break }
            answer += block[..<count]
            guard let head = Self.headLength(answer) else { continue }
            let text = String(decoding: answer[..<head], as: UTF8.self).lowercased()
            let length =
                text.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
            if answer.count >= head + length {
                if text.contains("connection: close") { hasFailed = true }
                return Int(text.split(separator: " ")[1])
            }
        }
        hasFailed = true
        return nil
    }

    private static func headLength(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count where bytes[(end - 4)..<end].elementsEqual([13, 10, 13, 10]) { return end }
        return nil
    }
}

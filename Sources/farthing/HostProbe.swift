import Glibc
import NodeRuntime

/// What the machine under a node offers, and whether another one can be reached from it.
enum HostProbe {
    /// How many files this process may have open; nil when the kernel doesn't say.
    static var openFilesMax: UInt64? {
        var limit = rlimit()
        // SAFETY: the call fills a struct that lives on the stack.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return UInt64(limit.rlim_cur)
    }

    /// Bytes that are free on the file system of a path, and how many it has; nil when the kernel doesn't say.
    static func space(at path: String) -> (free: UInt64, total: UInt64)? {
        var system = statvfs()
        // SAFETY: the call fills a struct that lives on the stack; the path is a C string for its length.
        guard unsafe statvfs(path, &system) == 0 else { return nil }
        let block = UInt64(system.f_frsize)
        return (UInt64(system.f_bavail) * block, UInt64(system.f_blocks) * block)
    }

    /// Why nothing can listen there; nil when it can.
    ///
    /// Binds for a moment, and listens to nobody.
    static func listenProblem(at place: HostAndPort) -> String? {
        unsafe attempt(place, passive: true) { descriptor, address, length in
            var yes: Int32 = 1
            // SAFETY: the option is an Int32 on the stack; the address is good for its length during the call.
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            return unsafe bind(descriptor, address, length) == 0 ? nil : reason(errno)
        }
    }

    /// Why no connection can be had within two seconds; nil when there is one.
    ///
    /// Sends nothing.
    static func connectProblem(to place: HostAndPort) -> String? {
        unsafe attempt(place, passive: false) { descriptor, address, length in
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            // SAFETY: the address is good for its length during the call.
            if unsafe connect(descriptor, address, length) == 0 { return nil }
            guard errno == EINPROGRESS else { return reason(errno) }
            var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            // SAFETY: the call reads and fills one struct that lives on the stack.
            guard unsafe poll(&poller, 1, 2_000) == 1 else { return "no answer within 2 s" }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            // SAFETY: the call fills an Int32 that lives on the stack.
            guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
                return reason(code)
            }
            return nil
        }
    }

    /// Tries every address that a name stands for; answers nil once one works, else the last reason.
    private static func attempt(
        _ place: HostAndPort,
        passive: Bool,
        _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> String?
    ) -> String? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0)
        var found: UnsafeMutablePointer<addrinfo>?
        // SAFETY: the strings are C strings for the call, which fills `found` with a list of its own.
        guard unsafe getaddrinfo(place.host, "\(place.port)", &hints, &found) == 0 else {
            return "no address is known for \(place.host)"
        }
        defer { unsafe freeaddrinfo(found) }
        var problem: String? = "no address is known for \(place.host)"
        var next = unsafe found
        // SAFETY: the list lives until it is freed above; its last entry's `ai_next` is null.
        while let entry = unsafe next?.pointee {
            unsafe next = entry.ai_next
            guard let address = unsafe UnsafePointer(entry.ai_addr) else { continue }
            let descriptor = unsafe socket(entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else {
                problem = reason(errno)
                continue
            }
            defer { _ = close(descriptor) }
            problem = unsafe body(descriptor, address, entry.ai_addrlen)
            if problem == nil { return nil }
        }
        return problem
    }

    private static func reason(_ code: Int32) -> String {
        // SAFETY: strerror answers a C string that lives until this thread's next call of it; it is copied here.
        unsafe String(cString: strerror(code))
    }
}

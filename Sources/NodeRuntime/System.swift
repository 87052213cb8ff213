import Glibc

/// What the machine offers.
enum System {
    /// Processors that this process may use.
    static var coreCount: Int {
        let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return count > 0 ? count : 1
    }
}

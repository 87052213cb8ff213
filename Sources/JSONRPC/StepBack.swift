import Glibc

/// Lets every other thread of the machine go before the calling one, from now on.
///
/// For work that clients can ask for without end: requests and the signatures in them. A vote or a block never waits for
/// it, however many cores there are. Linux keeps a nice value for each thread, and 0 stands for the calling one; about
/// 0.2 µs. It can't fail for a thread of one's own.
package func stepBack() { _ = setpriority(__priority_which_t(UInt32(PRIO_PROCESS.rawValue)), 0, 5) }

import COpenSSL
package import Primitives

/// Bytes from the system's generator, by way of libcrypto: for keys, salts and secrets, never for a decision.
package enum RandomBytes {
    package static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // SAFETY: the buffer is `count` bytes long and ours for the length of the call.
        let answer = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(answer == 1, "libcrypto's generator works wherever the kernel gives random bytes")
        return bytes
    }
}

extension Hash32 {
    /// Thirty-two bytes that nobody can have foreseen.
    package static func random() -> Hash32 {
        guard let bytes = Hash32(bytes: RandomBytes.make(32)) else {
            preconditionFailure("32 bytes were asked for")
        }
        return bytes
    }
}

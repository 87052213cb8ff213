import Primitives
import StrictJSON

/// What a node's clock showed when it answered `node_status`: it judges `validUntil` by that, and ours may be wrong.
struct NodeClock {
    let now: Milliseconds

    init(_ reader: JSONReader) throws(JSONReadError) {
        let head = Milliseconds(try reader.member("head").member("timeMilliseconds").decimal())
        now = head.adding(Milliseconds(try reader.member("finalityAgeMilliseconds").decimal()))
    }

    /// In milliseconds; negative when it is behind.
    func ahead(of other: Milliseconds) -> Int64 { Int64(clamping: now.number) - Int64(clamping: other.number) }
}

import Primitives
import StrictJSON

// What the files that are handed to strangers have in common: hashes in hex, values by the hex of their canonical bytes.

extension JSONReader {
    func network() throws(JSONReadError) -> NetworkID {
        try string(as: "a network id of 64 lower-case hex digits") { NetworkID(hex: $0) }
    }

    func hashes() throws(JSONReadError) -> [Hash32] {
        try list { (element) throws(JSONReadError) in
            try element.string(as: "a hash of 64 lower-case hex digits") { Hash32(hex: $0) }
        }
    }

    func list<Element>(_ read: (JSONReader) throws(JSONReadError) -> Element) throws(JSONReadError) -> [Element] {
        var elements: [Element] = []
        for element in try self.elements() { elements.append(try read(element)) }
        return elements
    }

    /// A value by the hex of its canonical bytes.
    func wire<Value: WireCodable>(_ what: String) throws(JSONReadError) -> Value {
        try string(as: "\(what), in lower-case hex of its canonical bytes") { text in
            guard let bytes = Hex.decode(text) else { return nil }
            do throws(WireError) { return try Value(decodingAll: bytes) } catch { return nil }
        }
    }
}

extension JSON {
    static func hashes(_ hashes: [Hash32]) -> JSON { .array(hashes.map { .string($0.hex) }) }
}

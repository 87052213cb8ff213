/// A JSON value as it was sent: numbers keep their token, objects keep their order (RFC 8259).
///
/// Two values are equal when they are spelled with the same bytes, escapes and white space apart: strings are never
/// normalised, `1` is not `1.0`, and the order of members counts.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The token, such as `-1.5e3`.
    case number(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
            left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

    /// A 64-bit number as a decimal string, since readers of JSON numbers lose digits beyond 2^53.
    package static func decimal(_ value: UInt64) -> JSON { .string(String(value)) }

    package var isNull: Bool { self == .null }

    package var asBool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var asNumber: String? {
        guard case .number(let token) = self else { return nil }
        return token
    }

    package var asString: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var asArray: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    package var asObject: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// The member of that name; nil when there is none, or this is not an object.
    package subscript(name: String) -> JSON? { asObject?[name] }
}

/// The members of an object, in order, each name once.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSON

        package init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }
    }

    package private(set) var members: [Member]

    package init() { members = [] }

    /// For the parser, which has already refused a second member of one name.
    init(distinct members: [Member]) { self.members = members }

    /// Takes time proportional to the number of members.
    package subscript(name: String) -> JSON? { members.first { $0.name.hasSameBytes(as: name) }?.value }

    /// Adds a member at the end; the name must be new.
    package mutating func append(_ name: String, _ value: JSON) {
        precondition(self[name] == nil, "we never write one name twice")
        members.append(Member(name: name, value: value))
    }

    /// Adds a member at the end unless the value is absent.
    package mutating func append(_ name: String, ifPresent value: JSON?) {
        if let value { append(name, value) }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSON)...) {
        self.init()
        for (name, value) in members { append(name, value) }
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral
{
    package init(dictionaryLiteral members: (String, JSON)...) {
        var object = JSONObject()
        for (name, value) in members { object.append(name, value) }
        self = .object(object)
    }

    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(nilLiteral: ()) { self = .null }
}

extension String {
    /// Compares bytes; `==` would hold the Kelvin sign for a K.
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let (own, its) = (utf8.span, other.utf8.span)
        return own.indices.allSatisfy { own[$0] == its[$0] }
    }
}

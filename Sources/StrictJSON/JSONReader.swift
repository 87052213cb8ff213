/// Why a JSON value isn't what was asked for, and which one.
package struct JSONReadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Such as `params.transaction.action.pay[3].amount`; empty at an unnamed root.
    package let path: String
    package let problem: Problem

    package enum Problem: Equatable, Sendable, CustomStringConvertible {
        /// What should have stood there, with its article: "a decimal string".
        case expected(String)
        case missing
        case unknown
        case tooMany(count: Int, limit: Int)
        /// It has the right form and the wrong value.
        case refused(String)

        package var description: String {
            switch self {
            case .expected(let what): "expected \(what)"
            case .missing: "is missing"
            case .unknown: "is not a known member"
            case .tooMany(let count, let limit): "has \(count) elements, more than \(limit)"
            case .refused(let reason): reason
            }
        }
    }

    package var description: String { path.isEmpty ? "\(problem)" : "\(path): \(problem)" }
}

/// A value and the way to it: asks for members and types, and names the place when they aren't there.
///
///     let payment = JSONReader(json, root: "payment")
///     try payment.only(["payee", "amount"])
///     let amount = try payment.member("amount").decimal()      // payment.amount: expected a decimal string
package struct JSONReader: Sendable {
    package let value: JSON
    private let place: Place

    package init(_ value: JSON, root: String = "") {
        self.value = value
        place = .root(root)
    }

    private init(_ value: JSON, at place: Place) {
        self.value = value
        self.place = place
    }

    package var path: String { place.text }

    // MARK: Objects

    /// Refuses anything but an object that has no members besides these.
    package func only(_ names: [String]) throws(JSONReadError) {
        for member in try object().members where !names.contains(where: { $0.hasSameBytes(as: member.name) }) {
            throw JSONReadError(path: Place.member(place, member.name).text, problem: .unknown)
        }
    }

    package func member(_ name: String) throws(JSONReadError) -> JSONReader {
        guard let member = try optionalMember(name) else {
            throw JSONReadError(path: Place.member(place, name).text, problem: .missing)
        }
        return member
    }

    /// Nil when the member is absent; a member that is `null` is there.
    package func optionalMember(_ name: String) throws(JSONReadError) -> JSONReader? {
        try object()[name].map { JSONReader($0, at: .member(place, name)) }
    }

    package func object() throws(JSONReadError) -> JSONObject {
        guard case .object(let object) = value else { throw expected("an object") }
        return object
    }

    // MARK: Arrays

    package func elements(limit: Int = .max) throws(JSONReadError) -> [JSONReader] {
        guard case .array(let elements) = value else { throw expected("an array") }
        guard elements.count <= limit else { throw error(.tooMany(count: elements.count, limit: limit)) }
        return elements.enumerated().map { JSONReader($1, at: .element(place, $0)) }
    }

    // MARK: Scalars

    package func string() throws(JSONReadError) -> String {
        guard case .string(let text) = value else { throw expected("a string") }
        return text
    }

    package func bool() throws(JSONReadError) -> Bool {
        guard case .bool(let value) = value else { throw expected("true or false") }
        return value
    }

    /// A 64-bit number as a decimal string, `0` or without a leading zero: one value has one spelling.
    package func decimal(max: UInt64 = .max) throws(JSONReadError) -> UInt64 {
        guard case .string(let text) = value, let number = Self.unsigned(text) else {
            throw expected("a decimal string")
        }
        guard number <= max else { throw expected("a decimal string of at most \(max)") }
        return number
    }

    /// A whole JSON number from 0 to `max`, without sign, fraction or exponent.
    package func integer(max: Int) throws(JSONReadError) -> Int {
        guard case .number(let token) = value, let number = Self.unsigned(token), number <= UInt64(max) else {
            throw expected("a whole number from 0 to \(max)")
        }
        return Int(number)
    }

    /// A string that means something: `convert` answers nil when it doesn't.
    ///
    /// `what` goes into the message, with its article: "an account".
    package func string<Meaning>(
        as what: String,
        _ convert: (String) -> Meaning?
    ) throws(JSONReadError) -> Meaning {
        guard case .string(let text) = value, let meaning = convert(text) else { throw expected(what) }
        return meaning
    }

    // MARK: Errors

    package func expected(_ what: String) -> JSONReadError { error(.expected(what)) }

    /// For a value of the right form that a rule refuses.
    package func refused(_ reason: String) -> JSONReadError { error(.refused(reason)) }

    private func error(_ problem: JSONReadError.Problem) -> JSONReadError {
        JSONReadError(path: path, problem: problem)
    }

    private static func unsigned(_ text: String) -> UInt64? {
        guard !text.isEmpty, text == "0" || text.utf8.first != UInt8(ascii: "0") else { return nil }
        // `UInt64.init` also takes a plus sign.
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(text)
    }
}

/// The way from the root, spelled out only when something is wrong.
private indirect enum Place: Sendable {
    case root(String)
    case member(Place, String)
    case element(Place, Int)

    var text: String {
        switch self {
        case .root(let name): return name
        case .element(let parent, let index): return "\(parent.text)[\(index)]"
        case .member(let parent, let name):
            let prefix = parent.text
            return prefix.isEmpty ? name.shownInMessage : "\(prefix).\(name.shownInMessage)"
        }
    }
}

extension String {
    /// A name that a stranger chose, made fit for a message: quoted unless it is plain, and cut after 64 characters.
    var shownInMessage: String {
        let isPlain = !isEmpty && utf8.allSatisfy { $0 == UInt8(ascii: "_") || Self.alphanumerics.contains($0) }
        let shown = utf8.count <= 64 ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(64))) + "…"
        return isPlain ? shown : JSON.string(shown).text
    }

    private static let alphanumerics = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
}

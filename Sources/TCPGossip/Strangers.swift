import Primitives

/// The accepted connections that haven't passed the hello, counted: in all, and by IP address.
package struct Strangers: Sendable {
    package let countMax: Int
    package let countPerAddressMax: Int
    package private(set) var count = 0
    private var countByAddress: [String: Int] = [:]

    package init(countMax: Int, countPerAddressMax: Int) {
        self.countMax = countMax
        self.countPerAddressMax = countPerAddressMax
    }

    /// Answers false when there is no room for another.
    package mutating func admit(_ address: String) -> Bool {
        let here = countByAddress[address] ?? 0
        guard count < countMax, here < countPerAddressMax else { return false }
        count += 1
        countByAddress[address] = here + 1
        return true
    }

    package mutating func leave(_ address: String) {
        guard let here = countByAddress[address] else {
            preconditionFailure("only who was admitted leaves")
        }
        count -= 1
        countByAddress[address] = here == 1 ? nil : here - 1
    }
}

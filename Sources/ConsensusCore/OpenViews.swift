package import Primitives

/// What is known of the views above the final one, in their order: nothing may depend on a dictionary's.
///
/// Every rule looks at it in every turn. A record is large, and a copy of one counts a dozen references: so parts are read in
/// place, by closures that take nothing else along.
package struct OpenViews: Sendable {
    package private(set) var views: [View] = []
    private var records: [ViewRecord] = []

    package init() {}

    package var count: Int { views.count }

    /// A part of a view's record; nil when there is none.
    @inline(__always)
    package func read<Part>(_ view: View, _ part: (borrowing ViewRecord) -> Part?) -> Part? {
        guard let index = index(of: view) else { return nil }
        return part(records[index])
    }

    /// The highest view below another whose record fits.
    @inline(__always)
    package func last(below end: View? = nil, where fits: (borrowing ViewRecord) -> Bool) -> View? {
        var index = end.map(insertionIndex) ?? views.count
        while index > 0 {
            index -= 1
            if fits(records[index]) { return views[index] }
        }
        return nil
    }

    /// Whether any view from this one on has a record that fits.
    @inline(__always)
    package func contains(from start: View, where fits: (borrowing ViewRecord) -> Bool) -> Bool {
        for index in insertionIndex(of: start)..<views.count where fits(records[index]) { return true }
        return false
    }

    /// Changes a view's record, which begins empty.
    package mutating func change(_ view: View, validatorCount: Int, _ change: (inout ViewRecord) -> Void) {
        let index = insertionIndex(of: view)
        if index == views.count || views[index] != view {
            views.insert(view, at: index)
            records.insert(ViewRecord(validatorCount: validatorCount), at: index)
        }
        change(&records[index])
    }

    package mutating func forget(upTo view: View) {
        let count = insertionIndex(of: view.next)
        views.removeFirst(count)
        records.removeFirst(count)
    }

    private func index(of view: View) -> Int? {
        let index = insertionIndex(of: view)
        return index < views.count && views[index] == view ? index : nil
    }

    /// How many views lie below this one.
    private func insertionIndex(of view: View) -> Int {
        var low = 0
        var high = views.count
        while low < high {
            let middle = (low + high) / 2
            if views[middle] < view { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

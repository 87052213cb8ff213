/// Prometheus text 0.0.4, read strictly: whatever a scraper might stumble over is an error here.
///
/// Stricter than the format: a type before every sample, no family in two places, no series twice, buckets that ascend to
/// `+Inf`, counters that end in `_total`.
struct ExpositionText {
    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private(set) var types: [String: String] = [:]
    private(set) var samples: [Sample] = []

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Broken(description: "the last line has no end") }
        var helped: Set<String> = []
        var current = ""
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                guard helped.insert(name).inserted else { throw Broken(description: "\(name) is helped twice") }
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ")
                guard words.count == 2, helped.contains(String(words[0])), types[String(words[0])] == nil,
                    ["counter", "gauge", "histogram"].contains(words[1])
                else { throw Broken(description: "\(line)") }
                current = String(words[0])
                types[current] = String(words[1])
            } else {
                let sample = try Self.sample(line)
                let family = types[current] == "histogram" ? Self.histogram(of: sample.name) : sample.name
                guard family == current else { throw Broken(description: "\(line) stands under \(current)") }
                if types[current] == "counter", !current.hasSuffix("_total") {
                    throw Broken(description: "\(current) is a counter without _total")
                }
                samples.append(sample)
            }
        }
        let keys = samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }
        guard Set(keys).count == keys.count else { throw Broken(description: "a series stands twice") }
        try checkHistograms()
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private static func histogram(of name: String) -> String {
        for ending in ["_bucket", "_sum", "_count"] where name.hasSuffix(ending) {
            return String(name.dropLast(ending.count))
        }
        return name
    }

    private static func sample(_ line: Substring) throws -> Sample {
        var rest = line
        func fail() -> Broken { Broken(description: "not a sample: \(line)") }
        func name() throws -> String {
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
            guard let first = name.first, !first.isNumber else { throw fail() }
            rest.removeFirst(name.count)
            return String(name)
        }
        func take(_ character: Character) throws {
            guard rest.first == character else { throw fail() }
            rest.removeFirst()
        }
        let metric = try name()
        var labels: [String: String] = [:]
        if rest.first == "{" {
            try take("{")
            while true {
                let label = try name()
                try take("=")
                try take("\"")
                var value = ""
                while let next = rest.popFirst(), next != "\"" {
                    guard next == "\\" else {
                        value.append(next)
                        continue
                    }
                    switch rest.popFirst() {
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    case "n": value.append("\n")
                    default: throw fail()
                    }
                }
                guard labels.updateValue(value, forKey: label) == nil else { throw fail() }
                guard rest.first == "," else { break }
                try take(",")
            }
            try take("}")
        }
        try take(" ")
        guard rest.wholeMatch(of: /[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|Inf)|NaN/) != nil,
            let value = Double(rest.replacing("Inf", with: "inf"))
        else { throw fail() }
        return Sample(name: metric, labels: labels, value: value)
    }

    private func checkHistograms() throws {
        for (family, type) in types where type == "histogram" {
            var buckets: [[String: String]: [(bound: Double, count: Double)]] = [:]
            for sample in samples where sample.name == family + "_bucket" {
                var labels = sample.labels
                guard
                    let bound = labels.removeValue(forKey: "le").flatMap({ Double($0.replacing("+Inf", with: "inf")) })
                else { throw Broken(description: "a bucket of \(family) without a bound") }
                buckets[labels, default: []].append((bound, sample.value))
            }
            for (labels, list) in buckets {
                let ascends = zip(list, list.dropFirst()).allSatisfy { $0.bound < $1.bound && $0.count <= $1.count }
                guard ascends, list.last?.bound == .infinity, list.last?.count == value(family + "_count", labels),
                    value(family + "_sum", labels) != nil
                else { throw Broken(description: "the buckets of \(family) \(labels) do not add up") }
            }
        }
    }
}

// swift-tools-version: 6.2
import PackageDescription

/// Every target: warnings are errors, `any` is written out, imports are internal unless said otherwise.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// `Scripts/fuzz` builds with this set: all code reports to libFuzzer what it runs, and there is one more program.
let isFuzzing = Context.environment["FARTHING_FUZZ"] == "1"
let fuzzing: [SwiftSetting] = isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : []

/// Production targets also spell out every use of an unsafe construct.
let production = strict + [.strictMemorySafety()] + fuzzing

/// A pure target: values in, values out; `Scripts/check-layers` holds it to that.
func core(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: production)
}

/// A target that touches the world: a disk, a socket, a clock.
func shell(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: production)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")

let package = Package(
    name: "farthing",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "farthing", targets: ["farthing"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLevelDB", providers: [.apt(["libleveldb-dev"])]),

        core("Primitives"),
        core("StrictJSON"),
        core("Cryptography", ["Primitives", "CSodium", "COpenSSL"]),
        core("LedgerCore", ["Primitives", "StrictJSON", "Cryptography"]),
        core("ConsensusCore", ["Primitives", "Cryptography"]),
        core("ChainCore", ["Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore"]),
        core("MempoolCore", ["Primitives", "Cryptography", "LedgerCore"]),
        core(
            "ReplicaCore",
            ["Primitives", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore", "MempoolCore"]
        ),
        core("VerifierCore", ["Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore"]),
        core(
            "Simulator",
            [
                "Primitives", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore", "MempoolCore",
                "ReplicaCore", "VerifierCore",
            ]
        ),
        core("FeeSimulator", ["Primitives", "Cryptography", "LedgerCore", "MempoolCore"]),

        shell(
            "LevelDBStorage",
            ["CLevelDB", "Primitives", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore"]
        ),
        shell(
            "TCPGossip",
            [
                "Primitives", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore", "COpenSSL",
                nioCore, nioPosix, .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), logging,
            ]
        ),
        shell(
            "JSONRPC",
            [
                "Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"), nioCore, nioPosix, logging,
                metrics,
            ]
        ),
        shell(
            "RPCClient",
            ["Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ChainCore", nioCore, nioPosix, nioHTTP]
        ),
        shell(
            "NodeRuntime",
            [
                "Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore", "MempoolCore",
                "ReplicaCore", "VerifierCore", "LevelDBStorage", "TCPGossip", "JSONRPC", logging, metrics,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"), nioCore, nioPosix,
            ]
        ),
        .executableTarget(
            name: "farthing",
            dependencies: [
                "Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore", "VerifierCore",
                "LevelDBStorage", "TCPGossip", "RPCClient", "NodeRuntime", "Simulator", "FeeSimulator", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: production
        ),

        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore",
                "LevelDBStorage", "JSONRPC", "Simulator", "CSodium", nioEmbedded,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            path: "Benchmarks/Parts",
            swiftSettings: strict
        ),
        .target(
            name: "Formats",
            dependencies: [
                "Primitives", "StrictJSON", "Cryptography", "LedgerCore", "ConsensusCore", "ChainCore", "VerifierCore",
                "TCPGossip", "JSONRPC", "NodeRuntime", nioCore, nioEmbedded,
            ],
            path: "Tests/Formats",
            swiftSettings: strict + fuzzing
        ),
        tests("FormatTests", ["Formats", "Simulator", "Primitives"]),
        tests("PrimitivesTests", ["Primitives"]),
        tests("StrictJSONTests", ["StrictJSON"]),
        tests("CryptographyTests", ["Cryptography", "Primitives", "StrictJSON"]),
        tests("LedgerCoreTests", ["LedgerCore", "Cryptography", "Primitives", "StrictJSON"]),
        tests("MempoolCoreTests", ["MempoolCore", "LedgerCore", "Cryptography", "Primitives"]),
        tests("ConsensusCoreTests", ["ConsensusCore", "Simulator", "Cryptography", "Primitives"]),
        tests(
            "ChainCoreTests",
            ["ChainCore", "TCPGossip", "ConsensusCore", "LedgerCore", "Cryptography", "Primitives"]
        ),
        tests(
            "VerifierCoreTests",
            ["VerifierCore", "ChainCore", "ConsensusCore", "LedgerCore", "Cryptography", "Primitives", "StrictJSON"]
        ),
        tests("FeeSimulatorTests", ["FeeSimulator", "LedgerCore", "Primitives"]),
        tests("SimulatorTests", ["Simulator", "Cryptography", "Primitives"]),
        tests(
            "LevelDBStorageTests",
            [
                "LevelDBStorage", "VerifierCore", "ChainCore", "ConsensusCore", "LedgerCore", "Cryptography",
                "Primitives",
            ]
        ),
        tests(
            "TCPGossipTests",
            [
                "TCPGossip", "ChainCore", "ConsensusCore", "LedgerCore", "Cryptography", "Primitives", logging, nioCore,
                nioPosix, .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        tests(
            "JSONRPCTests",
            [
                "JSONRPC", "RPCClient", "ChainCore", "ConsensusCore", "LedgerCore", "Cryptography", "Primitives",
                "StrictJSON", logging, metrics, nioCore, nioPosix,
            ]
        ),
        tests(
            "ReplicaCoreTests",
            [
                "ReplicaCore", "MempoolCore", "ChainCore", "ConsensusCore", "LedgerCore", "Cryptography", "Primitives",
                "Simulator",
            ]
        ),
        tests(
            "FarthingTests",
            [
                "farthing", "NodeRuntime", "LevelDBStorage", "RPCClient", "ReplicaCore", "MempoolCore", "ChainCore",
                "ConsensusCore", "LedgerCore", "Cryptography", "Primitives", logging, metrics,
            ]
        ),
        tests(
            "EndToEndTests",
            [
                "farthing", "TCPGossip", "RPCClient", "LevelDBStorage", "ChainCore", "ConsensusCore", "LedgerCore",
                "Cryptography", "Primitives", "StrictJSON", "CSodium", logging, nioPosix,
            ]
        ),
        tests(
            "VerifyCommandTests",
            [
                "farthing", "VerifierCore", "LevelDBStorage", "ChainCore", "ConsensusCore", "LedgerCore",
                "Cryptography", "Primitives",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

if isFuzzing {
    package.products.append(.executable(name: "Fuzz", targets: ["Fuzz"]))
    package.targets += [
        .target(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["Formats", "CFuzzer"],
            path: "Fuzz/Driver",
            swiftSettings: strict,
            // The other linkers refuse what -sanitize=fuzzer puts into the objects.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        ),
    ]
}

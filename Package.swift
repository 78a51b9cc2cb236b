// swift-tools-version: 6.2
import PackageDescription

/// The strict settings of every Swift target of ours.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
]

/// The same for C: what shows a mistake is an error.
let strictC: [CSetting] = [
    .enableWarning("all"),
    .enableWarning("extra"),
    .treatAllWarnings(as: .error),
    .define("_GNU_SOURCE"),
]

/// The JSON library, inside the file: a connector may need no library but libc.
let insideJSON = ["-Xlinker", "-l:libjson-c.a"]

/// Makes a Swift connector self-contained with one exported symbol: the version script keeps all but the entry local.
/// Without Foundation, which would double the file that is hashed and copied at each start of a worker.
let selfContainedSwift: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-lswiftSynchronization",
            "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/exports.map", "-Xlinker", "-s",
        ] + insideJSON)
]

/// Keeps the Swift runtime out of what is pure C: the driver's flags drop its library and its start-up object.
let pureC: [LinkerSetting] = [.unsafeFlags(["-static-stdlib", "-nostartfiles"])]

/// A connector in C: the JSON library inside it, and one exported symbol.
let selfContainedC: [LinkerSetting] =
    pureC + [
        .unsafeFlags(
            insideJSON + [
                "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/exports.map", "-Xlinker", "-s",
            ])
    ]

let model: Target.Dependency = "PatchbayModel"
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let cPatchbay: Target.Dependency = .product(name: "CPatchbay", package: "SDK")
let connectorKit: Target.Dependency = .product(name: "PatchbayConnectorKit", package: "SDK")
let foundationJSON: Target.Dependency = .product(name: "PatchbayConnectorJSON", package: "SDK")

/// A connector is its logic, which tests import, and a plugin target that holds only the exported entry.
func connector(_ name: String) -> [Target] {
    [
        .target(
            name: "\(name)Connector", dependencies: ["ConnectorJSON", connectorKit],
            path: "Plugins/\(name)/\(name)Connector",
            swiftSettings: strict),
        .target(
            name: "\(name)Plugin", dependencies: [.byName(name: "\(name)Connector"), connectorKit, cPatchbay],
            path: "Plugins/\(name)/\(name)Plugin", swiftSettings: strict, linkerSettings: selfContainedSwift),
    ]
}

/// What our own Swift connectors write JSON with. It names no library to link: a connector has it inside
/// (`insideJSON`), and the tests name the shared one. With `pkgConfig` here, or `link` in the module map, every
/// connector would need libjson-c.so where it runs.
let connectorJSON: [Target] = [
    .systemLibrary(name: "CLibjson", path: "Plugins/JSON/Library", providers: [.apt(["libjson-c-dev"])]),
    .target(
        name: "ConnectorJSON", dependencies: ["CLibjson", connectorKit], path: "Plugins/JSON/ConnectorJSON",
        swiftSettings: strict),
]

/// The connector in C is one target: its tests compile its sources by themselves, with sanitizers.
let redmine: Target = .target(
    name: "RedminePlugin", dependencies: [cPatchbay], path: "Plugins/Redmine", publicHeadersPath: ".",
    cSettings: strictC,
    linkerSettings: selfContainedC)

/// One room of the host.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(
        name: "Patchbay\(name)", dependencies: (name == "Model" ? [] : [model]) + [logging] + dependencies,
        path: path ?? "Host/\(name)", swiftSettings: strict)
}

let host: [Target] = [
    .executableTarget(name: "patchbay", dependencies: ["PatchbayCommands"], path: "Host/Main", swiftSettings: strict),
    room(
        "Commands",
        [
            "PatchbaySync", "PatchbaySetup", "PatchbayCalls", "PatchbayInput", "PatchbayStore", "PatchbayStoreSQLite",
            "PatchbayVault",
            "PatchbayKeys", "PatchbayConnectors", "PatchbayTransport", "PatchbayRecording", "PatchbayConformance",
            "PatchbayLog", "CPatchbaySystem", argumentParser,
        ]),
    room("Sync", ["PatchbayCalls", "PatchbayInput", "PatchbayStore", "PatchbayConnectors", "PatchbayTransport"]),
    room(
        "Setup",
        [
            "PatchbayCalls", "PatchbayKeys", "PatchbayInput", "PatchbayStore", "PatchbayVault", "PatchbayConnectors",
            "PatchbayTransport",
        ]),
    room(
        "Calls",
        [
            "PatchbayRecording", "PatchbayKeys", "PatchbayStore", "PatchbayVault", "PatchbayConnectors",
            "PatchbayTransport",
        ]),
    room("Keys", ["PatchbayStore", "PatchbayVault", "PatchbayTransport"]),
    room("Recording", ["PatchbayConnectors", "PatchbayInput"]),
    room("Conformance", ["PatchbayRecording", "PatchbayConnectors", "PatchbayInput", "PatchbayTransport"]),
    room("Input", ["CSodium", .product(name: "SwiftCSV", package: "SwiftCSV")]),
    room("Store"),
    room(
        "StoreSQLite",
        [
            "PatchbayStore", "CPatchbaySystem", .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
    room("Vault", ["CSodium", "CPatchbaySystem"]),
    room("Connectors", [cPatchbay, "CPatchbaySystem", "CSodium"]),
    room("Transport", ["CCurl"]),
    room("Log"),
    .target(
        name: "PatchbayModel", dependencies: [logging, "CPatchbaySystem"], path: "Host/Model", swiftSettings: strict),
    .target(name: "CCurl", dependencies: ["CLibcurl"], path: "Host/CCurl/Shim", cSettings: strictC),
    .target(name: "CSodium", dependencies: ["CLibsodium"], path: "Host/CSodium/Shim", cSettings: strictC),
    // Not CSystem: another package of the graph has a target and a module of that name.
    .target(name: "CPatchbaySystem", path: "Host/CSystem", cSettings: strictC),
    .systemLibrary(
        name: "CLibcurl", path: "Host/CCurl/Library", pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
        name: "CLibsodium", path: "Host/CSodium/Library", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .executableTarget(
        name: "patchbay-worker", dependencies: [cPatchbay], path: "Host/Worker", cSettings: strictC,
        // Linked in, so that the installed worker needs nothing but libc.
        linkerSettings: pureC + [.unsafeFlags(["-Xlinker", "-l:libseccomp.a"])]),
]

let emulator: [Target] = [
    .target(
        name: "PatchbayEmulator",
        dependencies: [
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdCore", package: "hummingbird"), logging,
        ],
        path: "SDK/Emulator/PatchbayEmulator", swiftSettings: strict),
    .executableTarget(
        name: "patchbay-emulator", dependencies: ["PatchbayEmulator", argumentParser, logging],
        path: "SDK/Emulator/Main",
        swiftSettings: strict),
]

/// A test target; `Tests/NAMETests`. Folders of fixtures are read from the source tree, not bundled.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], linked: [LinkerSetting] = [])
    -> Target
{
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests", exclude: exclude,
        swiftSettings: strict,
        linkerSettings: linked)
}

/// A shipped connector with traps in its functions, for the kill tests alone.
func trap(_ name: String) -> Target {
    .target(
        name: "\(name)Trap", dependencies: [.byName(name: "\(name)Connector"), "CTrap", connectorKit, cPatchbay],
        path: "Tests/TrapConnectors/\(name)Trap", swiftSettings: strict, linkerSettings: selfContainedSwift)
}

let traps: [Target] =
    [.target(name: "CTrap", dependencies: [cPatchbay], path: "Tests/TrapConnectors/CTrap", cSettings: strictC)]
    + ["Asana", "Jira", "Linear"].map(trap)

/// Measures, and judges nothing: `make bench` builds it and what it measures.
let bench: [Target] = [
    .executableTarget(
        name: "patchbay-bench",
        dependencies: [
            "PatchbayConnectors", "PatchbayTransport", "PatchbayKeys", "PatchbayStore", "PatchbayStoreSQLite",
            "PatchbayVault", model,
            .product(name: "GRDB", package: "GRDB.swift"), argumentParser,
        ], path: "Tests/Benchmarks",
        exclude: ["CurlLoop", "Mask", "Peers", "Suspend"], swiftSettings: strict),
    .executableTarget(
        name: "patchbay-bench-curl", dependencies: ["CLibcurl"], path: "Tests/Benchmarks/CurlLoop", cSettings: strictC,
        linkerSettings: pureC),
    .executableTarget(
        name: "patchbay-bench-mask", dependencies: ["CCurl"], path: "Tests/Benchmarks/Mask", cSettings: strictC,
        linkerSettings: pureC),
    // Loaded into what callgrind counts.
    .target(
        name: "PatchbayBenchSuspend", path: "Tests/Benchmarks/Suspend", publicHeadersPath: ".", cSettings: strictC,
        linkerSettings: pureC),
]

let testTargets: [Target] = [
    // What the tests of whole programs share: children, the emulator, a workbench.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    tests("Tidy", []),
    tests("Model", [model]),
    tests("Input", ["PatchbayInput", model]),
    tests("SDK", [connectorKit, foundationJSON, cPatchbay], exclude: ["Fixtures"]),
    tests(
        "Plugin",
        [connectorKit, foundationJSON, "ConnectorJSON", "AsanaConnector", "JiraConnector", "LinearConnector"],
        linked: [.linkedLibrary("json-c")]),
    tests("Emulator", ["PatchbayEmulator"], exclude: ["Clients"]),
    tests(
        "Connectors", ["TestSupport", "PatchbayConnectors", "PatchbayTransport", "CLibsodium", model, cPatchbay],
        exclude: ["Fixtures"]),
    tests("Store", ["PatchbayStore", "PatchbayStoreSQLite", model], exclude: ["Fixtures"]),
    tests("Vault", ["PatchbayVault", "CSodium", model]),
    tests(
        "Keys", ["TestSupport", "PatchbayKeys", "PatchbayStore", "PatchbayStoreSQLite", "PatchbayVault", model]),
    tests("Transport", ["PatchbayTransport", model]),
    tests(
        "Sync", ["PatchbaySync", "PatchbayCalls", "PatchbayStore", "PatchbayStoreSQLite", "PatchbayConnectors", model]),
    tests(
        "Command",
        [
            "TestSupport", "PatchbayCommands", "PatchbaySync", "PatchbaySetup", "PatchbayCalls", "PatchbayStore",
            "PatchbayStoreSQLite",
            "PatchbayVault", "PatchbayKeys", "PatchbayConnectors", "PatchbayTransport", model,
        ], exclude: ["Fixtures"]),
    tests(
        "Conformance", ["TestSupport", "PatchbayConformance", "PatchbayConnectors", "PatchbayRecording", model],
        exclude: ["Fixtures", "Mutants"]),
    tests("Torture", ["TestSupport"]),
    tests("Benchmark", ["patchbay-bench"]),
    tests("Redmine", ["TestSupport", "PatchbayConnectors", model], exclude: ["Fixtures"]),
]

/// Readers of foreign bytes under libFuzzer, built by `make fuzz` alone, because all they hold is compiled to count its
/// edges.
let fuzzing: [Target] = [
    .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
        name: "patchbay-fuzz",
        dependencies: [
            "CFuzzer", "CCurl", "PatchbayInput", "PatchbaySetup", "PatchbayStore", "PatchbayStoreSQLite",
            "PatchbayVault", "PatchbayConnectors", "PatchbayRecording", "PatchbayTransport", "AsanaConnector",
            "JiraConnector", "LinearConnector", model, connectorKit, .product(name: "GRDB", package: "GRDB.swift"),
        ], path: "Tests/Fuzz/Targets", swiftSettings: strict, linkerSettings: [.linkedLibrary("json-c")]),
]

let package = Package(
    name: "patchbay",
    products: [
        .executable(name: "patchbay", targets: ["patchbay"]),
        .executable(name: "patchbay-worker", targets: ["patchbay-worker"]),
        .executable(name: "patchbay-emulator", targets: ["patchbay-emulator"]),
        .executable(name: "patchbay-bench", targets: ["patchbay-bench"]),
        .executable(name: "patchbay-bench-curl", targets: ["patchbay-bench-curl"]),
        .executable(name: "patchbay-bench-mask", targets: ["patchbay-bench-mask"]),
        .library(name: "PatchbayBenchSuspend", type: .dynamic, targets: ["PatchbayBenchSuspend"]),
        .library(name: "AsanaPlugin", type: .dynamic, targets: ["AsanaPlugin"]),
        .library(name: "JiraPlugin", type: .dynamic, targets: ["JiraPlugin"]),
        .library(name: "LinearPlugin", type: .dynamic, targets: ["LinearPlugin"]),
        .library(name: "RedminePlugin", type: .dynamic, targets: ["RedminePlugin"]),
        .library(name: "AsanaTrap", type: .dynamic, targets: ["AsanaTrap"]),
        .library(name: "JiraTrap", type: .dynamic, targets: ["JiraTrap"]),
        .library(name: "LinearTrap", type: .dynamic, targets: ["LinearTrap"]),
    ],
    dependencies: [
        .package(path: "SDK"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: host + emulator + bench + connectorJSON + connector("Asana") + connector("Jira") + connector("Linear") + [
        redmine
    ] + traps
        + testTargets + (Context.environment["PATCHBAY_FUZZ"] == nil ? [] : fuzzing),
    cLanguageStandard: .c11
)

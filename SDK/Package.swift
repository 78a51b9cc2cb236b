// swift-tools-version: 6.2
import PackageDescription

/// The strict settings of the Swift targets.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), .strictMemorySafety()]

/// What a connector is made from: the C header, the same in Swift, and JSON through Foundation for who does not bring a
/// library of his own. It depends on nothing, so that a stranger's connector builds without resolving a single package.
let package = Package(
    name: "SDK",
    products: [
        .library(name: "CPatchbay", targets: ["CPatchbay"]),
        .library(name: "PatchbayConnectorKit", targets: ["PatchbayConnectorKit"]),
        .library(name: "PatchbayConnectorJSON", targets: ["PatchbayConnectorJSON"]),
    ],
    targets: [
        .target(name: "CPatchbay", path: "CPatchbay"),
        // The system's library reads and writes times; what it has for that, Swift does not see.
        .target(name: "CConnectorTime", path: "CConnectorTime"),
        .target(
            name: "PatchbayConnectorKit", dependencies: ["CPatchbay", "CConnectorTime"], path: "PatchbayConnectorKit",
            swiftSettings: strict
        ),
        // Foundation comes with it, and is half of the file of a connector.
        .target(
            name: "PatchbayConnectorJSON", dependencies: ["PatchbayConnectorKit"], path: "PatchbayConnectorJSON",
            swiftSettings: strict),
    ]
)

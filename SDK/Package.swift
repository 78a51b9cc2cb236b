// swift-tools-version: 6.2
import PackageDescription

/// What a connector is made from: the C header, and the same in Swift. It depends on nothing, so that a
/// stranger's connector builds without resolving a single package.
let package = Package(
    name: "SDK",
    products: [
        .library(name: "CPatchbay", targets: ["CPatchbay"]),
        .library(name: "PatchbayConnectorKit", targets: ["PatchbayConnectorKit"]),
    ],
    targets: [
        .target(name: "CPatchbay", path: "CPatchbay"),
        .target(
            name: "PatchbayConnectorKit", dependencies: ["CPatchbay"], path: "PatchbayConnectorKit",
            swiftSettings: [.treatAllWarnings(as: .error), .strictMemorySafety()]),
    ]
)

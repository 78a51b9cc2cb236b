// swift-tools-version: 6.2
import PackageDescription

/// Where Patchbay's SDK is.
let sdk = Context.environment["PATCHBAY_SDK"] ?? "../.."

/// Makes the library self-contained, with one exported symbol. The three libraries are what a static Foundation needs
/// and does not name itself; without them the library links, and fails when it is loaded.
let selfContained: [LinkerSetting] = [
    .unsafeFlags([
        "-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-lswiftSynchronization",
        "-Xlinker", "--version-script=\(Context.packageDirectory)/exports.map", "-Xlinker", "-s",
    ])
]

let kit: Target.Dependency = .product(name: "PatchbayConnectorKit", package: "sdk")
let json: Target.Dependency = .product(name: "PatchbayConnectorJSON", package: "sdk")

let package = Package(
    name: "tasklist-connector",
    products: [.library(name: "TasklistPlugin", type: .dynamic, targets: ["TasklistPlugin"])],
    dependencies: [.package(name: "sdk", path: sdk)],
    targets: [
        // The logic, which tests import, and a target that holds only the exported entry.
        .target(name: "TasklistConnector", dependencies: [kit, json]),
        .target(
            name: "TasklistPlugin",
            dependencies: ["TasklistConnector", kit, .product(name: "CPatchbay", package: "sdk")],
            linkerSettings: selfContained),
        .testTarget(name: "TasklistTests", dependencies: ["TasklistConnector", kit, json]),
    ]
)

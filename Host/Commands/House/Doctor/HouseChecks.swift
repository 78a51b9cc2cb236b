import Foundation
import PatchbayModel

/// The folders.
enum HouseChecks {
    static func home(_ home: Home) -> [Finding] {
        let facts = try? FileManager.default.attributesOfItem(atPath: home.directory)
        guard let facts else {
            return [.broken("home", .homeUnusable, "\(home.directory) is missing; run `patchbay init`")]
        }
        guard facts[.type] as? FileAttributeType == .typeDirectory else {
            return [.broken("home", .homeUnusable, "\(home.directory) is not a folder; choose another with --home")]
        }
        let mode = (facts[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o022 == 0 else {
            return [
                .broken(
                    "home", .homeUnusable,
                    "\(home.directory) can be written by others; run `chmod go-w \(home.directory)`")
            ]
        }
        return [.ok("home", home.directory)]
    }
}

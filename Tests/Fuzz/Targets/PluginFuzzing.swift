import Foundation
@testable import PatchbayConnectors

/// What is read of a plugin's file and of its signature before anything of it runs.
enum PluginFuzzing {
    static func readImage(_ input: [UInt8]) {
        let file = InputFile(input)
        guard let image = try? ElfImage(OwnedDescriptor(dup(file.number)), size: UInt64(input.count)) else { return }
        try? ElfRules.check(image)
        precondition(image.exports.others.count <= ElfExports.othersNamed)
    }

    /// A key that the first seed is signed with: what is signed with it is read to the end.
    private static let keyNumber: [UInt8] = Array("PATCHBAY".utf8)

    static func readSignature(_ input: [UInt8]) {
        if let key = Minisign.PublicKey(parsing: input) {
            precondition(Minisign.PublicKey(parsing: key.text) == key && key.id.count == 16)
        }
        let line = Data(Array("Ed".utf8) + keyNumber + [UInt8](repeating: 7, count: 32)).base64EncodedString()
        guard let key = Minisign.PublicKey(parsing: line) else { preconditionFailure("the key is one") }
        guard let checked = try? Minisign.read(input, keys: [key]) else { return }
        let file = InputFile(Array("plugin".utf8))
        precondition(!checked.fits(OwnedDescriptor(dup(file.number))), "nobody can sign with this key")
    }
}

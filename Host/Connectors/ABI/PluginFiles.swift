import CSodium
import CPatchbaySystem
import Foundation

/// The system's side of looking at plugins.
enum PluginFiles {
    /// Opens a directory. Throws `SystemFault`.
    static func openDirectory(_ path: String) throws(SystemFault) -> OwnedDescriptor {
        let directory = unsafe patchbay_open_directory(path)
        guard directory >= 0 else { throw SystemFault(result: directory) }
        return OwnedDescriptor(directory)
    }

    /// Names in an open directory that end in `suffix`, sorted, at most `countMax` of them, and whether there were more.
    static func names(in directory: OwnedDescriptor, suffix: String, countMax: Int) -> (names: [String], isCut: Bool) {
        let copy = dup(directory.number)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            return ([], false)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(suffix), name != suffix else { continue }
            guard names.count < countMax else { return (names.sorted(), true) }
            names.append(name)
        }
        return (names.sorted(), false)
    }

    /// Opens a file of the directory without following a link or waiting. Throws `SystemFault`.
    static func open(_ name: String, in directory: OwnedDescriptor) throws(SystemFault) -> OwnedDescriptor {
        let file = unsafe patchbay_open_file_in(directory.number, name)
        guard file >= 0 else { throw SystemFault(result: file) }
        return OwnedDescriptor(file)
    }

    /// The size of a regular file; nil when it is anything else. Throws `SystemFault`.
    static func regularSize(of file: OwnedDescriptor) throws(SystemFault) -> UInt64? {
        var bytes: UInt64 = 0
        let result = unsafe patchbay_is_regular_file(file.number, &bytes)
        guard result >= 0 else { throw SystemFault(result: result) }
        return result == 1 ? bytes : nil
    }

    /// Copies a file into memory that nobody can change any more. Throws `SystemFault`, EFBIG when it is too large.
    static func sealedCopy(of file: OwnedDescriptor, bytesMax: Int) throws(SystemFault) -> OwnedDescriptor {
        var bytes: UInt64 = 0
        let copy = unsafe patchbay_sealed_copy(file.number, UInt64(bytesMax), &bytes)
        guard copy >= 0 else { throw SystemFault(result: copy) }
        return OwnedDescriptor(copy)
    }

    /// BLAKE2b-256 of a whole open file, in lower-case hexadecimal. Throws `SystemFault`.
    static func digest(of file: OwnedDescriptor) throws(SystemFault) -> String {
        var digest = [UInt8](repeating: 0, count: Int(PATCHBAY_DIGEST_BYTES))
        guard patchbay_sodium_init() == 0 else { throw SystemFault(result: -ENOSYS) }
        let result = unsafe patchbay_digest_file(file.number, &digest)
        guard result == 0 else { throw SystemFault(result: -result) }
        return digest.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}

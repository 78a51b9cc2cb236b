import CSodium
import CPatchbaySystem
import Foundation
import PatchbayModel

/// The system's side of looking at plugins.
enum PluginFiles {
    /// Opens a directory. Throws `SystemFault`.
    static func openDirectory(_ path: String) throws(SystemFault) -> OwnedDescriptor {
        let directory = unsafe patchbay_open_directory(path)
        guard directory >= 0 else { throw SystemFault(result: directory) }
        return OwnedDescriptor(directory)
    }

    /// The first `countMax` names, in their order, of those in an open directory that end in `suffix` and are not
    /// hidden (a leading dot), and how many there are in all. Holds no more than twice `countMax` of them at once.
    static func names(in directory: OwnedDescriptor, suffix: String, countMax: Int) -> (names: [String], count: Int) {
        let copy = dup(directory.number)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            return ([], 0)
        }
        defer { unsafe closedir(stream) }
        // The copy shares its place in the directory with whoever looked before.
        unsafe rewinddir(stream)
        var names: [String] = []
        var count = 0
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(suffix), !name.hasPrefix(".") else { continue }
            count += 1
            names.append(name)
            if names.count > 2 * countMax { names = Array(names.sorted().prefix(countMax)) }
        }
        return (Array(names.sorted().prefix(countMax)), count)
    }

    /// Opens a file of the directory without following a link or waiting. Throws `SystemFault`.
    static func open(_ name: String, in directory: OwnedDescriptor) throws(SystemFault) -> OwnedDescriptor {
        let file = unsafe patchbay_open_file_in(directory.number, name)
        guard file >= 0 else { throw SystemFault(result: file) }
        return OwnedDescriptor(file)
    }

    /// What tells whether a file of the system was exchanged since; empty where it cannot be opened.
    static func stamp(of path: String) -> String {
        let number = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard number >= 0, let facts = try? facts(of: OwnedDescriptor(number)) else { return "" }
        return "\(facts.device)-\(facts.inode)-\(facts.bytes)-\(facts.modified)"
    }

    /// What the system says of an open file or directory. Throws `SystemFault`.
    static func facts(of file: OwnedDescriptor) throws(SystemFault) -> FileFacts {
        var facts = patchbay_file_facts()
        let result = unsafe patchbay_look_at(file.number, &facts)
        guard result >= 0 else { throw SystemFault(result: result) }
        return FileFacts(
            isRegular: facts.is_regular != 0, mode: facts.mode, owner: facts.owner, device: facts.device,
            inode: facts.inode,
            bytes: facts.bytes, modified: facts.modified_ns, changed: facts.changed_ns)
    }

    /// Some bytes of an open file, as many as there are. Throws `SystemFault`.
    static func read(_ file: OwnedDescriptor, at offset: UInt64, count: Int) throws(SystemFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let start = done
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    file.number, buffer.baseAddress.map { unsafe $0 + start }, count - start,
                    off_t(offset) + off_t(start))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw SystemFault(result: -errno) }
            if got == 0 { break }
            done += got
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// A whole small file of a directory, no link followed. Throws `SystemFault`: EFBIG when it is larger, EINVAL when
    /// it is no regular file.
    static func contents(of name: String, in directory: OwnedDescriptor, bytesMax: Int) throws(SystemFault) -> [UInt8] {
        let file = try open(name, in: directory)
        let facts = try facts(of: file)
        guard facts.isRegular else { throw SystemFault(result: -EINVAL) }
        // Room for what it holds and a byte more, not for the most it may hold: these files are read at every start.
        let bytes = try read(file, at: 0, count: min(Int(clamping: facts.bytes), bytesMax) + 1)
        guard bytes.count <= bytesMax else { throw SystemFault(result: -EFBIG) }
        return bytes
    }

    /// Puts bytes in the place of a file, whole or not at all. Throws `SystemFault`.
    static func replace(_ name: String, in directory: OwnedDescriptor, with bytes: [UInt8]) throws(SystemFault) {
        let result = unsafe bytes.withUnsafeBytes {
            unsafe patchbay_replace_file(directory.number, name, $0.baseAddress, $0.count)
        }
        guard result == 0 else { throw SystemFault(result: result) }
    }

    /// Waits to be the only one who holds the directory, until it is closed. Throws `SystemFault`, ETIMEDOUT when the
    /// time is over.
    static func lock(_ directory: OwnedDescriptor, timeout: Duration) throws(SystemFault) {
        let result = patchbay_lock_directory(directory.number, Int32(timeout / .milliseconds(1)))
        guard result == 0 else { throw SystemFault(result: result) }
    }

    /// Makes a directory for the owner alone, unless it is there, and opens it. Throws `SystemFault`.
    static func makeDirectory(_ path: String) throws(SystemFault) -> OwnedDescriptor {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemFault(result: -errno) }
        return try openDirectory(path)
    }

    static func remove(_ name: String, in directory: OwnedDescriptor) { _ = unsafe unlinkat(directory.number, name, 0) }

    /// The version of the running C library, such as 2.36.
    static var libcVersion: String { unsafe String(cString: patchbay_libc_version()) }

    /// Whether the kernel can give a worker the whole sandbox.
    static var sandboxIsWhole: Bool { patchbay_sandbox_is_whole() == 1 && !DebugSeam.sandboxIsPartial }

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
        return hexadecimal(digest)
    }

    /// The same of some bytes; empty where the library is missing.
    static func digest(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: Int(PATCHBAY_DIGEST_BYTES))
        guard patchbay_sodium_init() == 0, unsafe patchbay_digest(bytes, bytes.count, &digest) == 0 else { return "" }
        return hexadecimal(digest)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}

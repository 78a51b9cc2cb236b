import Foundation
import PatchbayModel
import Testing

@testable import PatchbayVault

@Suite("A key file")
struct KeyFileTests {
    @Test("is made for the owner alone, and read back the same")
    func create() throws {
        let scratch = try Scratch()
        let path = scratch.file("new/deep/root.key")
        let made = try KeySource(parsing: "file:\(path)").create(storeID: "s")
        let facts = try FileManager.default.attributesOfItem(atPath: path)
        #expect(facts[.posixPermissions] as? Int == 0o600)
        let parent = try FileManager.default.attributesOfItem(atPath: scratch.file("new/deep"))
        #expect(parent[.posixPermissions] as? Int == 0o700)
        let read = try KeySource(parsing: "file:\(path)").read(storeID: "s")
        let (madeID, readID) = (made.id, read.id)
        #expect(readID == madeID)
        let (madeValue, readValue) = (made.checkValue(), read.checkValue())
        #expect(readValue == madeValue)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            text.hasPrefix("patchbay-key-1 \(madeID) ") && text.hasSuffix("\n") && text.filter { $0 == "\n" }.count == 1
        )
    }

    @Test("is never overwritten")
    func exists() throws {
        let scratch = try Scratch()
        let path = try scratch.write("something", to: "root.key")
        #expect(try failure { _ = try KeyFile.create(path: path) } == .keyExists)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "something")
    }

    @Test("that is missing is named, with what to do")
    func missing() throws {
        let error = try vaultError { _ = try KeyFile.read(path: Scratch().file("none.key")) }
        #expect(error.code == .keyMissing && error.message.contains("none.key") && error.message.contains("--key"))
    }

    @Test("that others can read is refused", arguments: [0o640, 0o604, 0o660, 0o601, 0o644, 0o777])
    func mode(_ mode: Int) throws {
        let (scratch, path) = try made()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let error = try vaultError { _ = try KeyFile.read(path: path) }
        #expect(error.code == .keyUnsafe && error.message.contains("chmod 600"))
        _ = scratch
    }

    @Test("behind a symbolic link, with a second name, or that is a pipe or a directory is refused")
    func kinds() throws {
        let (scratch, path) = try made()
        try FileManager.default.createSymbolicLink(atPath: scratch.file("link"), withDestinationPath: path)
        #expect(try failure { _ = try KeyFile.read(path: scratch.file("link")) } == .keyUnsafe)
        #expect(unsafe mkfifo(scratch.file("pipe"), 0o600) == 0)
        #expect(try failure { _ = try KeyFile.read(path: scratch.file("pipe")) } == .keyUnsafe)
        #expect(unsafe mkdir(scratch.file("folder"), 0o700) == 0)
        #expect(try failure { _ = try KeyFile.read(path: scratch.file("folder")) } == .keyUnsafe)
        #expect(unsafe link(path, scratch.file("second")) == 0)
        #expect(try failure { _ = try KeyFile.read(path: path) } == .keyUnsafe)
    }

    @Test("of another user is refused", .enabled(if: geteuid() == 0, "only root can give a file away"))
    func owner() throws {
        let (scratch, path) = try made()
        #expect(unsafe chown(path, 65_534, 65_534) == 0)
        let error = try vaultError { _ = try KeyFile.read(path: path) }
        #expect(error.code == .keyUnsafe && error.message.contains("65534"))
        _ = scratch
    }

    @Test("below a directory that others can write to is refused, unless that is sticky")
    func parents() throws {
        let (scratch, path) = try made()
        #expect(unsafe chmod(scratch.path, 0o777) == 0)
        let error = try vaultError { _ = try KeyFile.read(path: path) }
        #expect(error.code == .keyUnsafe && error.message.contains("chmod go-w"))
        #expect(try failure { _ = try KeyFile.create(path: scratch.file("other.key")) } == .keyUnsafe)
        #expect(unsafe chmod(scratch.path, 0o1777) == 0)
        _ = try KeyFile.read(path: path)
    }

    @Test("that is cut, changed or something else is named before it is used")
    func damaged() throws {
        let (scratch, path) = try made()
        let line = Array(try String(contentsOfFile: path, encoding: .utf8).utf8)
        for count in 0..<(line.count - 1) {
            let cut = try scratch.write(String(decoding: line.prefix(count), as: UTF8.self), to: "cut")
            #expect(try failure { _ = try KeyFile.read(path: cut) } == .keyInvalid, "\(count) bytes")
        }
        for index in line.indices {
            var changed = line
            changed[index] ^= 1
            let file = try scratch.write(String(decoding: changed, as: UTF8.self), to: "changed")
            #expect(try failure { _ = try KeyFile.read(path: file) } == .keyInvalid, "byte \(index)")
        }
        let long = try scratch.write(String(repeating: "x", count: 5_000), to: "long")
        #expect(try failure { _ = try KeyFile.read(path: long) } == .keyInvalid)
        let newer = try scratch.write("patchbay-key-2 something\n", to: "newer")
        #expect(try vaultError { _ = try KeyFile.read(path: newer) }.message.contains("newer patchbay"))
    }

    @Test("of another store is called the wrong key, by both names")
    func foreign() throws {
        let mine = RootKey.random()
        let other = RootKey.random()
        let names = [mine.id, other.id]
        let (_, keyring) = try Vault.create(rootKey: mine, storeID: "s")
        let error = try vaultError { _ = try Vault.open(rootKey: other, keyring: keyring) }
        #expect(error.code == .keyWrong && error.message.contains(names[0]) && error.message.contains(names[1]))
        _ = try Vault.open(rootKey: mine, keyring: keyring)
    }

    @Test("source of a kind we do not have is refused with the form that works")
    func sources() throws {
        for text in ["", "/etc/key", "file:", "fd:", "prompt:", "what:ever"] {
            let error = try vaultError { _ = try KeySource(parsing: text) }
            #expect(error.code == .keyInvalid && error.message.contains("file:PATH"), "\(text)")
        }
        for text in ["fd:0", "fd:2", "fd:-1", "fd:x", "credential:a/b", "credential:..", "cmd:bin/x"] {
            #expect(try vaultError { _ = try KeySource(parsing: text) }.code == .keyInvalid, "\(text)")
        }
        for text in ["file:a:b", "fd:3", "credential:x", "cmd:/bin/x", "prompt"] {
            #expect(try KeySource(parsing: text).description == text)
        }
    }

    private func made() throws -> (Scratch, String) {
        let scratch = try Scratch()
        _ = try KeyFile.create(path: scratch.file("root.key"))
        return (scratch, scratch.file("root.key"))
    }

    private func failure(_ body: () throws -> Void) throws -> ErrorCode { try vaultError(body).code }
}

import Foundation
import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

@Suite("Which plugins are used")
struct TrustTests {
    @Test("under pin: what was approved, by its bytes, and what the installation vouches for")
    func pin() async throws {
        let shop = try Workshop()
        let file = try await shop.echo()
        let trust = PluginTrust(home: shop.home)
        try trust.setPolicy(.pin)
        let new = try await shop.list(home: shop.home)
        #expect(new.refusal == "not_approved" && new.sentence.contains("patchbay connector trust \(file.path)"))
        let digest = try trust.approve(file.path)
        let approved = try await shop.list(home: shop.home)
        #expect(approved.refusal == nil && approved.digest == digest && approved.basis == .approved)
        try await shop.replaceEcho("MARK=\"second\"")
        #expect(try await shop.list(home: shop.home).refusal == "not_approved")
        let other = try #require(try await shop.list(home: shop.home).digest)
        let list = shop.plugins.appendingPathComponent("digests")
        try Data("\(other)  echo.so\n".utf8).write(to: list)
        // Only where an installation laid it down does the list count.
        #expect(try await shop.list(home: shop.home).refusal == "not_approved")
        #expect(try await shop.list(home: shop.home, isShipped: true).basis == .shipped)
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: list.path)
        #expect(try await shop.list(home: shop.home, isShipped: true).refusal == "not_approved")
    }

    @Test("under pin: what the installation begins to vouch for while a host runs, without a change to the file")
    func upgraded() async throws {
        let shop = try Workshop()
        try await shop.echo()
        try PluginTrust(home: shop.home).setPolicy(.pin)
        let catalog = shop.catalog(home: shop.home, isShipped: true)
        let digest = try #require(try await catalog.list().first?.digest)
        try Data("\(digest)  echo.so\n".utf8).write(to: shop.plugins.appendingPathComponent("digests"))
        try await Wait.until("the file is vouched for", within: .seconds(20)) {
            try await catalog.list().first?.basis == .shipped ? true : nil
        }
        await catalog.shutdown()
    }

    /// Made with minisign 0.11 over the text below; the secret key is gone.
    @Test("under signed: what a trusted key signed, as minisign does, and nothing that was changed since")
    func signed() async throws {
        let shop = try Workshop()
        let source = Workshop.root.appendingPathComponent("Tests/ConnectorsTests/Fixtures/v1.0")
        for name in ["echo.so", "echo.so.minisig"] {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: shop.plugins.appendingPathComponent(name))
        }
        let file = shop.plugins.appendingPathComponent("echo.so")
        let signature = shop.plugins.appendingPathComponent("echo.so.minisig")
        let trust = PluginTrust(home: shop.home)
        try trust.setPolicy(.signed)
        #expect(try await shop.list(home: shop.home).refusal == "signer_unknown")
        let key = try #require(
            Minisign.PublicKey(
                parsing: String(contentsOf: source.appendingPathComponent("signer.pub"), encoding: .utf8)))
        try trust.setSigner(key, isTrusted: true)
        #expect(try await shop.list(home: shop.home).basis == .signed)
        let good = try String(contentsOf: signature, encoding: .utf8)
        try good.replacingOccurrences(of: "echo", with: "ECHO").write(to: signature, atomically: true, encoding: .utf8)
        #expect(try await shop.list(home: shop.home).refusal == "signature_invalid")
        try "hello".write(to: signature, atomically: true, encoding: .utf8)
        #expect(try await shop.list(home: shop.home).refusal == "signature_invalid")
        try good.write(to: signature, atomically: true, encoding: .utf8)
        try (Data(contentsOf: file) + Data("more".utf8)).write(to: file)
        #expect(try await shop.list(home: shop.home).refusal == "signature_invalid")
        try FileManager.default.removeItem(at: signature)
        #expect(try await shop.list(home: shop.home).refusal == "signature_missing")
        _ = try trust.approve(file.path)
        #expect(try await shop.list(home: shop.home).basis == .approved)
    }

    @Test("never: what others could have written, or put there, whatever was approved")
    func owners() async throws {
        let shop = try Workshop()
        let file = try await shop.echo()
        _ = try PluginTrust(home: shop.home).approve(file.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: file.path)
        #expect(try await shop.list(home: shop.home).refusal == "writable_by_others")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o775], ofItemAtPath: shop.plugins.path)
        #expect(try await shop.list(home: shop.home).refusal == "writable_by_others")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: shop.plugins.path)
        guard geteuid() == 0 else { return }
        try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: file.path)
        #expect(try await shop.list(home: shop.home).refusal == "foreign_owner")
    }

    @Test("is announced once when a file is new or has changed")
    func announced() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let first = try await shop.list(home: shop.home)
        #expect(first.news == .first && first.since != nil)
        #expect(try await shop.list(home: shop.home).news == nil)
        try await shop.replaceEcho("MARK=\"second\"")
        #expect(try await shop.list(home: shop.home).news == first.digest.map { .changed(from: $0) })
    }

    @Test("is said by the operator where several serve one type")
    func routed() async throws {
        let shop = try Workshop()
        try await shop.echo("a.so")
        try await shop.echo("b.so", "MARK=\"second\"")
        let trust = PluginTrust(home: shop.home)
        let catalog = shop.catalog(home: shop.home)
        let reports = try await catalog.list()
        #expect(
            try await connectorError { _ = try await catalog.connector(forType: "echo") }.code == .connectorAmbiguous)
        #expect(
            try await connectorError { _ = try await catalog.route("echo", to: "org.example.echo") }.code
                == .connectorAmbiguous)
        #expect(
            try await connectorError { _ = try await catalog.route("echo", to: "org.example.other") }.code
                == .connectorNotFound)
        let second = try #require(reports.last?.digest)
        #expect(try await catalog.route("echo", to: String(second.prefix(12))) == second)
        _ = try trust.setRoute("echo", to: second)
        await catalog.shutdown()
        let later = shop.catalog(home: shop.home)
        #expect(try await later.connector(forType: "echo").digest == second)
        await later.shutdown()
        // The beginning of a digest can be made up, so it leads nowhere.
        _ = try trust.setRoute("echo", to: String(second.prefix(12)))
        let cut = shop.catalog(home: shop.home)
        let error = try await connectorError { _ = try await cut.connector(forType: "echo") }
        #expect(error.code == .connectorNotFound && error.message.contains("whole digest"), "\(error.message)")
        await cut.shutdown()
    }

    @Test("lets what was shipped or approved go before a stranger that claims its type, and says so")
    func taken() async throws {
        let shop = try Workshop()
        try await shop.echo("a-stranger.so", "MARK=\"second\"")
        let known = try await shop.echo("echo.so")
        let trust = PluginTrust(home: shop.home)
        let digest = try trust.approve(known.path)
        let catalog = shop.catalog(home: shop.home)
        #expect(try await catalog.connector(forType: "echo").digest == digest)
        let reports = try await catalog.list()
        #expect(reports.map { $0.typesTaken.map(\.type) } == [["echo"], []])
        #expect(reports[0].typesTaken[0].by == known.path && reports[0].refusal == nil)
        // The same id leads to what is known; only its whole digest, named by the operator, leads to the other.
        #expect(try await catalog.route("echo", to: "org.example.echo") == "org.example.echo")
        let stranger = try #require(reports[0].digest)
        _ = try trust.setRoute("echo", to: stranger)
        await catalog.shutdown()
        let routed = shop.catalog(home: shop.home)
        #expect(try await routed.connector(forType: "echo").digest == stranger)
        #expect(try await routed.list().map { $0.typesTaken.map(\.type) } == [[], ["echo"]])
        await routed.shutdown()
        // What is approved, too, is chosen by the operator and not by its name.
        _ = try trust.setRoute("echo", to: nil)
        _ = try trust.approve(shop.plugins.appendingPathComponent("a-stranger.so").path)
        let both = shop.catalog(home: shop.home)
        #expect(try await connectorError { _ = try await both.connector(forType: "echo") }.code == .connectorAmbiguous)
        await both.shutdown()
    }

    @Test("is not guessed from a plugins.lock that cannot be read")
    func damagedLock() async throws {
        let shop = try Workshop()
        try await shop.echo()
        try Data("{".utf8).write(to: URL(fileURLWithPath: shop.home + "/plugins.lock"))
        let error = try await connectorError { _ = try await shop.list(home: shop.home) }
        #expect(error.code == .pluginsUnreadable && error.message.contains("plugins.lock is damaged"))
    }

    @Test("many hosts that change plugins.lock at once lose nothing of each other's")
    func sharedLock() async throws {
        let shop = try Workshop()
        let home = shop.home
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { _ = try PluginTrust(home: home).setRoute("type\(number)", to: "org.example.\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(try PluginTrust(home: home).lock().routes.count == 20)
    }
}

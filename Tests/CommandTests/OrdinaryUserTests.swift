import Foundation
import Glibc
import Testing

/// What root would not notice: the rules on owners and modes, as a user meets them who may not do everything.
@Suite(
    "For an ordinary user", .enabled("\(OrdinaryUser.condition)", OrdinaryUser.isPossible), .timeLimit(.minutes(12)))
struct OrdinaryUserTests {
    private let user: OrdinaryUser

    init() throws { user = try OrdinaryUser() }

    private func key(_ run: Run) -> JSON { run.result["checks"].items.first { $0["check"] == "key" } ?? .null }

    @Test("the command works from a folder that cannot be read") func works() async throws {
        let desk = try user.desk(plugins: user.plugins(["Redmine"]))
        try await desk.must("init")
        let list = try await desk.must("connector", "list")
        #expect(list.result["connectors"].items.map { $0["state"] } == ["usable"], list.told)
        try await desk.must("task", "add", "One", "--id", "one")
        try await desk.must("doctor")
        var facts = stat()
        #expect(unsafe stat(desk.home + "/patchbay.sqlite", &facts) == 0 && facts.st_uid == OrdinaryUser.number)
        #expect(facts.st_mode & 0o777 == 0o600)
    }

    @Test("a plugin is used that is the user's or root's, and nobody else's, and that nobody else can write")
    func plugins() async throws {
        let folder = try user.folder("plugins.d")
        for (name, owner, mode) in [
            ("a-own", OrdinaryUser.number, 0o644), ("b-foreign", OrdinaryUser.stranger, 0o644),
            ("c-group", OrdinaryUser.number, 0o664),
            ("d-world", 0, 0o646), ("e-closed", 0, 0o600),
        ] as [(String, UInt32, mode_t)] {
            let path = "\(folder)/\(name).so"
            try FileManager.default.copyItem(atPath: Built.folder + "/libRedminePlugin.so", toPath: path)
            try OrdinaryUser.give(path, to: owner, mode: mode)
        }
        let list = try await user.desk(plugins: folder).run("connector", "list")
        let reasons = list.result["connectors"].items.map { $0["refusal"]["reason"].text }
        #expect(reasons == [nil, "foreign_owner", "writable_by_others", "writable_by_others", "unreadable"], list.told)
    }

    @Test(
        "a plugins folder is used by the same rule",
        arguments: [
            (OrdinaryUser.number, 0o755, nil), (0, 0o755, nil), (OrdinaryUser.stranger, 0o755, "foreign_owner"),
            (OrdinaryUser.number, 0o775, "writable_by_others"), (0, 0o1777, "writable_by_others"),
        ] as [(UInt32, mode_t, String?)])
    func folders(_ owner: UInt32, _ mode: mode_t, _ reason: String?) async throws {
        let folder = try user.plugins(["Redmine"])
        try OrdinaryUser.give(folder, to: owner, mode: mode)
        let list = try await user.desk(plugins: folder).run("connector", "list")
        #expect(list.result["connectors"].items.map { $0["refusal"]["reason"].text } == [reason], list.told)
    }

    @Test("a plugins folder that cannot be read is an error that says so") func closedFolder() async throws {
        let folder = try user.plugins(["Redmine"])
        try OrdinaryUser.give(folder, to: 0, mode: 0o700)
        let list = try await user.desk(plugins: folder).run("connector", "list")
        #expect(list.code == "plugins_unreadable" && list.message.contains(folder), list.told)
    }

    @Test("a key file is read that is the user's or root's and closed to all others") func keys() async throws {
        let desk = try user.desk()
        try await desk.must("init")
        let (file, folder) = (desk.home + "/keys/root.key", desk.home + "/keys")
        #expect(key(try await desk.run("doctor"))["verdict"] == "ok")
        let rows: [(owner: UInt32, mode: mode_t, code: String, words: String)] = [
            (OrdinaryUser.number, 0o640, "key_unsafe", "chmod"), (OrdinaryUser.number, 0o604, "key_unsafe", "chmod"),
            (OrdinaryUser.stranger, 0o604, "key_unsafe", "another user"),
            (OrdinaryUser.stranger, 0o600, "key_missing", "may not be read"),
            (0, 0o600, "key_missing", "may not be read"), (0, 0o644, "key_unsafe", "chmod"),
        ]
        for row in rows {
            try OrdinaryUser.give(file, to: row.owner, mode: row.mode)
            let run = try await desk.run("doctor")
            #expect(
                key(run)["code"].text == row.code && key(run)["message"].text?.contains(row.words) == true,
                "\(row) \(key(run).line)")
        }
        try OrdinaryUser.give(file, mode: 0o600)
        for (owner, mode) in [(OrdinaryUser.number, 0o777), (OrdinaryUser.stranger, 0o755)] as [(UInt32, mode_t)] {
            try OrdinaryUser.give(folder, to: owner, mode: mode)
            let run = try await desk.run("doctor")
            #expect(key(run)["code"] == "key_unsafe" && key(run)["message"].text?.contains(folder) == true, run.told)
        }
    }

    @Test("a home that cannot be read or made is an error that names it, and nothing is made elsewhere") func home()
        async throws
    {
        let closed = try user.scratch.folder("closed")
        for home in [closed, closed + "/home"] {
            let desk = try user.desk(home: home)
            for words in [["init"], ["status"], ["sync"], ["task", "add", "One"]] {
                let run = try await desk.run(words)
                #expect(run.status > 0 && run.code?.isEmpty == false && run.message.contains(closed), run.told)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: closed).isEmpty)
    }

    @Test("a store that cannot be written is told of, and what it holds is still listed") func store() async throws {
        let desk = try user.desk()
        try await desk.must("init")
        try await desk.must("task", "add", "One", "--id", "one")
        try OrdinaryUser.give(desk.home + "/patchbay.sqlite", to: 0, mode: 0o600)
        let closed = try await desk.run("task", "list")
        #expect(closed.status > 0 && closed.message.contains(desk.home), closed.told)
        try OrdinaryUser.give(desk.home + "/patchbay.sqlite", to: 0, mode: 0o644)
        let add = try await desk.run("task", "add", "Two")
        #expect(add.code == "store_read_only" && add.message.contains(desk.home), add.told)
    }
}

import Foundation
import Testing

/// The way of someone who writes a connector: a project, its tests, the kit.
@Suite("An author", .timeLimit(.minutes(12)))
struct AuthorTests {
    /// Runs a program in the scratch folder; fails the test when it fails.
    private func must(_ words: [String], _ scratch: ScratchFolder) async throws {
        let log = scratch("log-\(UUID().uuidString)")
        let file = try OpenFile(writing: log)
        var environment = Built.environment(home: scratch.path)
        environment["PLUGINS"] = scratch("home/plugins.d")
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: environment, descriptors: [1: file.descriptor, 2: file.descriptor])
        let end = await child.end(within: .seconds(280))
        try #require(
            end.status == 0 && end.signal == nil,
            "\(words): \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    }

    @Test(
        "gets a project that builds as it stands, passes its tests and every rule, and installs",
        arguments: ["c", "swift"])
    func project(_ language: String) async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let folder = desk.scratch("project")
        let made = try await desk.must("connector", "new", "night-owl", "--language", language, folder)
        #expect(
            made.result["files"].texts.contains(
                language == "c" ? "night-owl.c" : "Sources/NightOwlConnector/NightOwlConnector.swift"))
        // A debug build, because its compiling is most of the time this test takes.
        try await must(["make", "-C", folder, "CONFIGURATION=debug", "test"], desk.scratch)
        try await must(["make", "-C", folder, "CONFIGURATION=debug", "check", "install"], desk.scratch)
        let list = try await desk.run(["connector", "list", "--home", desk.home, "--output", "json"], raw: true)
        let file = list.result["connectors"].items.first { $0["file"] == "night-owl.so" } ?? .null
        #expect(file["state"] == "usable" && file["connector"]["types"].texts == ["night-owl"], list.told)
        // Nothing of the template's own name is left.
        for case let name as String in try #require(FileManager.default.enumerator(atPath: folder))
        where !name.hasPrefix(".build") {
            let text = (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
            #expect(!name.lowercased().contains("tasklist") && !text.lowercased().contains("tasklist"), "\(name)")
        }
    }

    @Test("is told why a project cannot be made, and what is there stays as it is")
    func refusedProject() async throws {
        let desk = try Workbench()
        for name in ["", "Owl", "../owl", "owl.", "9owl", "a--b", "owl/x", "Zoë", String(repeating: "o", count: 41)] {
            let run = try await desk.run(["connector", "new", name, desk.scratch("never"), "--language", "c"])
            #expect(run.status == 2 && run.code == "input_invalid", run.told)
        }
        let folder = try desk.scratch.folder("there")
        let run = try await desk.run("connector", "new", "owl", "--language", "swift", folder)
        #expect(run.status == 2 && run.code == "project_exists", run.told)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: desk.scratch("never")))
    }

    @Test("finds that the shipped connectors keep every rule, built on recorded calls", arguments: Bench.systems)
    func shipped(_ system: String) async throws {
        let bench = try await Bench([system])
        let folder = bench.desk.scratch("recordings")
        try await bench.recordCalls(system, into: folder)
        let run = try await bench.desk.run(
            "connector", "test", "\(Built.plugins)/\(system).so", "--recordings", folder, "--rounds", "200", "--seed",
            "7")
        #expect(run.status == 0 && run.summary["failed"] == 0 && run.summary["seed"] == 7, run.told)
        #expect(run.result["rules"].items.filter { $0["verdict"] == "ok" }.count >= 31, run.told)
        let lookUps = run.result["rules"].items.first { $0["rule"] == "R13.1" } ?? .null
        // "N answers to M requests of K recorded look-ups", and nothing that it did not reach.
        let numbers = (lookUps["detail"].text ?? "").split(separator: " ").compactMap { Int($0) }
        #expect(
            lookUps["verdict"] == "ok" && numbers.count == 3 && numbers[0] >= 60 * numbers[1] && numbers[2] >= 2,
            "\(lookUps.line)")
    }

    @Test("is told that nothing is wrong, and by which status, whatever the form")
    func sound() async throws {
        let desk = try Workbench()
        let folder = try desk.scratch.folder("sound")
        try await Plugins.compile("SDK/Templates/c/tasklist.c", into: folder, as: "sound.so", desk.scratch)
        let path = folder + "/sound.so"
        let run = try await desk.run("connector", "test", path, "--rounds", "40", "--set", "list=home")
        #expect(run.status == 0 && run.summary["failed"] == 0, run.told)
        let text = try await desk.run(["connector", "test", path, "--rounds", "0", "--home", desk.home], raw: true)
        #expect(text.status == 0 && text.out.contains("R10.1") && text.out.contains("0 failed"), text.told)
        let long = try await desk.run("connector", "test", path, "--set", "list=\(String(repeating: "l", count: 65))")
        #expect(long.status == 2 && long.code == "settings_invalid", long.told)
        let unknown = try await desk.run("connector", "test", path, "--set", "colour=red")
        #expect(unknown.status == 2 && unknown.code == "settings_invalid", unknown.told)
        for name in ["none/none.so", "none.so"] {
            let none = try await desk.run("connector", "test", desk.scratch(name))
            #expect(none.status == 2 && none.code == "input_unreadable", none.told)
        }
    }
}

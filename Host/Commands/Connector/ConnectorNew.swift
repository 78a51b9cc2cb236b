import ArgumentParser
import Foundation
import PatchbayConformance
import PatchbayInput

extension ProjectTemplate.Language: ExpressibleByArgument {}

struct ConnectorNew: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a connector's project that builds as it stands.")
    static let words = "connector new"

    @Argument(help: "The connector's name: also its file's, and the integration type it serves.") var name: String
    @Option(help: "The language it is written in.") var language: ProjectTemplate.Language
    @Argument(help: "The folder to make (default: the name).") var folder: String?
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let command = URL(fileURLWithPath: Program.path).resolvingSymlinksInPath().path
        let template = try ProjectTemplate(
            name: name, language: language, sdk: ProjectTemplate.sdk(of: command), command: command)
        let place = URL(fileURLWithPath: folder ?? name).standardizedFileURL.path
        let files = try template.write(into: place)
        var outcome = CommandOutcome()
        outcome.summary = ["folder": .string(place), "files": .integer(Int64(files.count))]
        outcome.result = ["files": files]
        outcome.text = "made \(place)\nnext: make -C \(place) test check"
        return outcome
    }
}
